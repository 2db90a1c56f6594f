import { Group, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Mark } from '../ui/Mark.tsx';
import classes from './BareLayout.module.css';
import { LanguageMenu } from './LanguageMenu.tsx';
import { ThemeMenu } from './ThemeMenu.tsx';

type BareLayoutProps = { title: string; subtitle?: ReactNode; children: ReactNode };

/** The frame of pages outside the console: set-up, sign-in, invitation. */
export function BareLayout({ title, subtitle, children }: BareLayoutProps) {
  const { t } = useTranslation('common');
  useEffect(() => {
    document.title = `${title} · ${t('appName')}`;
  }, [title, t]);
  return (
    <div className={classes.page}>
      <Group component="header" justify="space-between" className={classes.top ?? ''}>
        <Group gap={10} className={classes.brand ?? ''}>
          <Mark size={24} />
          <Text component="span" fw={650} fz="lg" lts="-0.015em" c="var(--mantine-color-text)">
            {t('appName')}
          </Text>
        </Group>
        <Group gap={4}>
          <LanguageMenu />
          <ThemeMenu />
        </Group>
      </Group>
      <main className={classes.main}>
        <div className={classes.card}>
          <Title order={1}>{title}</Title>
          {subtitle && (
            <Text c="dimmed" mt={4}>
              {subtitle}
            </Text>
          )}
          <div className={classes.content}>{children}</div>
        </div>
      </main>
    </div>
  );
}
