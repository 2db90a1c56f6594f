import { Anchor, Group, Loader, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { LinkBegun } from '#shared/schemas/linking.ts';
import { formatDateTime } from '../../lib/format.ts';
import { CopyField } from '../../ui/CopyField.tsx';
import { QrCode } from '../factors/QrCode.tsx';

/** The code to type in at the platform, and where. */
export function DeviceWay({ begun }: { begun: Extract<LinkBegun, { way: 'device' }> }) {
  const { t } = useTranslation('linking');
  const page = begun.completeUri ?? begun.verificationUri;
  return (
    <Stack gap="md">
      <CopyField label={t('device.code')} value={begun.userCode} />
      <Anchor href={page} target="_blank" rel="noreferrer" style={{ overflowWrap: 'anywhere' }}>
        {t('device.link', { address: begun.verificationUri })}
      </Anchor>
      <QrCode text={page} label={t('device.qr', { address: begun.verificationUri })} />
      <Group gap="xs" wrap="nowrap" role="status">
        <Loader size="xs" />
        <Text fz="sm">{t('device.wait')}</Text>
      </Group>
      <Text fz="xs" c="dimmed">
        {t('until', { time: formatDateTime(begun.expiresAt) })}
      </Text>
    </Stack>
  );
}
