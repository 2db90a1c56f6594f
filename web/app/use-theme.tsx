import { type MantineThemeOverride, mergeThemeOverrides } from '@mantine/core';
import { IconEye, IconEyeOff } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { theme } from './theme.ts';

function VisibilityIcon({ reveal }: { reveal: boolean }) {
  const Icon = reveal ? IconEyeOff : IconEye;
  return <Icon size={16} stroke={1.7} aria-hidden />;
}

/** The theme with the library's own words (close, show password …) in the reader's language. */
export function useTheme(): MantineThemeOverride {
  const { t } = useTranslation('common');
  return useMemo(() => {
    const closeButtonProps = { 'aria-label': t('close') };
    return mergeThemeOverrides(theme, {
      components: {
        Modal: { defaultProps: { ...theme.components?.['Modal']?.defaultProps, closeButtonProps } },
        Drawer: { defaultProps: { closeButtonProps } },
        Notification: { defaultProps: { closeButtonProps } },
        PasswordInput: {
          defaultProps: {
            visibilityToggleIcon: VisibilityIcon,
            visibilityToggleButtonProps: { 'aria-label': t('showOrHide') },
          },
        },
      },
    });
  }, [t]);
}
