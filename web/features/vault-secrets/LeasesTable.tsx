import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { LeaseView } from '#shared/schemas/vault-secrets.ts';
import { formatStamp } from '../../lib/format.ts';
import { DataTable, type More } from '../../ui/DataTable.tsx';

type LeasesTableProps = { rows: readonly LeaseView[]; more?: More };

/** Who was given which token, newest first. */
export function LeasesTable({ rows, more }: LeasesTableProps) {
  const { t } = useTranslation('vaultSecrets');
  return (
    <DataTable
      label={t('leases.list')}
      rows={rows}
      rowKey={({ id }) => id}
      {...(more ? { more } : {})}
      columns={[
        {
          id: 'time',
          header: t('leases.column.time'),
          primary: true,
          cell: ({ at }) => <time dateTime={at}>{formatStamp(at)}</time>,
        },
        {
          id: 'by',
          header: t('leases.column.by'),
          cell: ({ by }) => <div style={{ overflowWrap: 'anywhere' }}>{by}</div>,
        },
        {
          id: 'account',
          header: t('leases.column.account'),
          cell: ({ accountName, bizId, email }) => (
            <div style={{ overflowWrap: 'anywhere' }}>
              {email ?? accountName ?? t('leases.gone')}
              <Text fz="xs" c="dimmed" className="gh-figures">
                {bizId}
              </Text>
            </div>
          ),
        },
        {
          id: 'address',
          header: t('leases.column.address'),
          cell: ({ address }) => <span className="gh-figures">{address || '–'}</span>,
        },
        {
          id: 'how',
          header: t('leases.column.how'),
          cell: ({ refreshed }) => t(refreshed ? 'leases.refreshed' : 'leases.present'),
        },
        {
          id: 'expires',
          header: t('leases.column.expires'),
          cell: ({ expiresAt }) =>
            expiresAt === null ? t('leases.unknown') : formatStamp(expiresAt),
        },
      ]}
    />
  );
}
