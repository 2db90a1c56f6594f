import { Menu } from '@mantine/core';
import { IconGauge } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { type LimitsOf, useOpenLimits } from './limits-context.tsx';

/** The entry of a row's menu that opens its limits. */
export function LimitsItem(of: LimitsOf) {
  const { t } = useTranslation('quotas');
  const open = useOpenLimits();
  return (
    <Menu.Item leftSection={<IconGauge size={16} />} onClick={() => open(of)}>
      {t('open')}
    </Menu.Item>
  );
}
