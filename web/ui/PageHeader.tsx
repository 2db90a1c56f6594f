import { Group, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';

type PageHeaderProps = {
  title: string;
  /** One sentence under the title. */
  subtitle?: ReactNode;
  /** Buttons, the main one last. */
  actions?: ReactNode;
};

/** The head of every page: the only h1, and the title of the browser's tab. */
export function PageHeader({ title, subtitle, actions }: PageHeaderProps) {
  const { t } = useTranslation('common');
  useEffect(() => {
    document.title = `${title} · ${t('appName')}`;
  }, [title, t]);
  return (
    <Group justify="space-between" align="flex-start" gap="md" mb="lg">
      <div style={{ minWidth: 0, flex: '1 1 260px' }}>
        <Title order={1}>{title}</Title>
        {subtitle && (
          <Text c="dimmed" mt={2} maw={720}>
            {subtitle}
          </Text>
        )}
      </div>
      {actions && <Group gap="xs">{actions}</Group>}
    </Group>
  );
}
