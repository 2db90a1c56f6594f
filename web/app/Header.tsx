import { Burger, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { AlertBell } from '../features/alerts/AlertBell.tsx';
import { LanguageMenu } from './LanguageMenu.tsx';
import { QuickNav } from './QuickNav.tsx';
import { ThemeMenu } from './ThemeMenu.tsx';
import { UserMenu } from './UserMenu.tsx';

type HeaderProps = { onOpenMenu: () => void; menuOpened: boolean };

/** The bar above every page: menu on phones, quick navigation, language, theme, the person. */
export function Header({ onOpenMenu, menuOpened }: HeaderProps) {
  const { t } = useTranslation('nav');
  return (
    <Group h="100%" px={{ base: 'sm', md: 'xl' }} justify="space-between" wrap="nowrap">
      <Group gap="xs" wrap="nowrap">
        <Burger
          hiddenFrom="md"
          size="sm"
          opened={menuOpened}
          onClick={onOpenMenu}
          aria-label={t('openMenu')}
          aria-expanded={menuOpened}
        />
        <QuickNav />
      </Group>
      <Group gap={4} wrap="nowrap">
        <AlertBell />
        <LanguageMenu />
        <ThemeMenu />
        <UserMenu />
      </Group>
    </Group>
  );
}
