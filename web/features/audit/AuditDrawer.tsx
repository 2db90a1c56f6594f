import { Drawer, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AuditRow } from '#shared/schemas/audit.ts';
import { formatExactTime } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { CopyField } from '../../ui/CopyField.tsx';
import { Fact, Facts } from '../../ui/Facts.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { actionName, actorName, kindName } from './audit-words.ts';
import { ChangeTable } from './ChangeTable.tsx';

type AuditDrawerProps = {
  seq: string | undefined;
  /** Rows that are there already. */
  rows: readonly AuditRow[] | undefined;
  onClose: () => void;
};

/** Everything about one row. */
export function AuditDrawer({ seq, rows, onClose }: AuditDrawerProps) {
  const { t } = useTranslation(['audit', 'common']);
  return (
    <Drawer
      opened={seq !== undefined}
      onClose={onClose}
      position="right"
      size={640}
      title={t('detail.title')}
      styles={{ title: { fontSize: '1.0625rem', fontWeight: 620 } }}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {seq !== undefined && <Detail seq={seq} known={rows?.find((row) => row.seq === seq)} />}
    </Drawer>
  );
}

function Detail({ seq, known }: { seq: string; known: AuditRow | undefined }) {
  const { t } = useTranslation('audit');
  // The newest row before the next one is this one.
  const cursor = (BigInt(seq) + 1n).toString();
  const query = useQuery(
    trpc.audit.list.queryOptions({ cursor, limit: 1, filter: {} }, { enabled: !known }),
  );
  if (known) return <Entry row={known} />;
  return (
    <QueryBoundary query={query}>
      {({ rows: [row] }) =>
        row?.seq === seq ? <Entry row={row} /> : <Text c="dimmed">{t('detail.gone')}</Text>
      }
    </QueryBoundary>
  );
}

function Entry({ row }: { row: AuditRow }) {
  const { t } = useTranslation(['audit', 'common']);
  return (
    <Stack gap="lg">
      <Facts>
        <Fact name={t('column.time')}>{formatExactTime(row.at)}</Fact>
        <Fact name={t('column.who')}>{actorName(t, row)}</Fact>
        <Fact name={t('column.what')}>{actionName(t, row.action)}</Fact>
        <Fact name={t('column.target')} note={kindName(t, row.targetKind)}>
          {row.targetName}
        </Fact>
        <Fact name={t('column.address')}>{row.address || '–'}</Fact>
        <Fact name={t('detail.number')}>{row.seq}</Fact>
      </Facts>
      <section>
        <Title order={3} mb={6}>
          {t('detail.change')}
        </Title>
        <ChangeTable change={row.change} />
      </section>
      {row.requestId && <CopyField label={t('common:requestId')} value={row.requestId} />}
      <CopyField label={t('detail.targetId')} value={row.targetId} />
      <CopyField label={t('detail.hash')} value={row.hash} />
    </Stack>
  );
}
