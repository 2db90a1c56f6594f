import { Alert, Loader } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Receipt } from '#shared/schemas/off-switch.ts';
import { formatDuration } from '../../lib/format.ts';

/** Whether all of it is over, said by whoever answered. */
export function ReceiptState({ receipt }: { receipt: Receipt }) {
  const still = receipt.streams.filter(({ endedAt }) => endedAt === null).length;
  return (
    <>
      <div role="status">
        <Following receipt={receipt} still={still} />
      </div>
      {still > 0 && <Still count={still} />}
    </>
  );
}

function Following({ receipt, still }: { receipt: Receipt; still: number }) {
  const { t } = useTranslation('offSwitch');
  const { following, lastMs, servers } = receipt;
  const silent = servers.filter(({ answeredAt }) => answeredAt === null).length;
  if (following === 'waiting') {
    const counts = { answered: servers.length - silent, total: servers.length };
    return (
      <Alert color="blue" variant="light" icon={<Loader size={18} />} title={t('state.waiting')}>
        {t('state.waitingText', counts)}
      </Alert>
    );
  }
  if (following === 'unanswered') {
    return (
      <Alert
        color="yellow"
        variant="light"
        icon={<IconAlertTriangle />}
        title={t('state.unanswered', { count: silent })}
      >
        {t('state.unansweredText')}
      </Alert>
    );
  }
  if (still > 0) return null;
  const count = servers.length;
  return (
    <Alert color="teal" variant="light" icon={<IconCircleCheck />} title={t('state.complete')}>
      {lastMs === null
        ? t('state.completeNothing', { count })
        : t('state.completeText', { count, time: formatDuration(lastMs) })}
    </Alert>
  );
}

function Still({ count }: { count: number }) {
  const { t } = useTranslation('offSwitch');
  return (
    <Alert
      color="yellow"
      variant="light"
      icon={<IconAlertTriangle />}
      title={t('state.still', { count })}
    >
      {t('state.stillText')}
    </Alert>
  );
}
