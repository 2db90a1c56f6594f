import { useTranslation } from 'react-i18next';
import type { WhyTrace } from '#shared/schemas/why.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useCan } from '../../lib/use-me.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { Section } from '../../ui/Section.tsx';
import { reasonText } from './why-words.ts';

/** The accounts that the viewer may see, and what was made of each. */
export function WhyAccounts({ accounts }: { accounts: WhyTrace['accounts'] }) {
  const { t } = useTranslation('why');
  const admin = useCan('usage.read');
  const rows = accounts.map((account, index) => ({ ...account, key: String(index) }));
  return (
    <Section
      title={t('accounts.title')}
      text={t(admin ? 'accounts.textAdmin' : 'accounts.textOwn')}
      flush
    >
      <DataTable
        label={t('accounts.list')}
        rows={rows}
        rowKey={({ key }) => key}
        columns={[
          {
            id: 'account',
            header: t('accounts.account'),
            primary: true,
            cell: ({ accountName }) => accountName,
          },
          {
            id: 'platform',
            header: t('accounts.platform'),
            cell: ({ platformId }) => platformId,
          },
          {
            id: 'state',
            header: t('accounts.state'),
            cell: ({ skipped, until }) => {
              if (skipped === null) return t('accounts.considered');
              const reason = reasonText(t, skipped);
              if (until === null) return reason;
              return `${reason} · ${t('accounts.until', { time: formatDateTime(until) })}`;
            },
          },
        ]}
      />
    </Section>
  );
}
