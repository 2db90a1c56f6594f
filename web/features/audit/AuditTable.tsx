import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditRow } from '#shared/schemas/audit.ts';
import { formatStamp } from '../../lib/format.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import classes from './audit.module.css';
import { actionName, actorName, kindName } from './audit-words.ts';

type AuditTableProps = {
  rows: readonly AuditRow[];
  onOpen: (row: AuditRow) => void;
  more?: { onLoad: () => void; loading: boolean };
};

/** What was changed, newest first; the time opens the details. */
export function AuditTable({ rows, onOpen, more }: AuditTableProps) {
  const { t } = useTranslation('audit');
  return (
    <div className={classes.table}>
      <DataTable
        label={t('list')}
        rows={rows}
        rowKey={(row) => row.seq}
        onOpen={onOpen}
        {...(more ? { more } : {})}
        columns={[
          {
            id: 'time',
            header: t('column.time'),
            primary: true,
            cell: ({ at }) => <time dateTime={at}>{formatStamp(at)}</time>,
          },
          {
            id: 'who',
            header: t('column.who'),
            cell: (row) => <div className={classes.cut}>{actorName(t, row)}</div>,
          },
          { id: 'what', header: t('column.what'), cell: ({ action }) => actionName(t, action) },
          {
            id: 'target',
            header: t('column.target'),
            cell: ({ targetKind, targetName }) => (
              <div className={classes.target}>
                <span className={classes.cut} title={targetName}>
                  {targetName}
                </span>
                <Text span fz="xs" c="dimmed" style={{ flex: 'none' }}>
                  {`\u00a0· ${kindName(t, targetKind)}`}
                </Text>
              </div>
            ),
          },
          {
            id: 'address',
            header: t('column.address'),
            cell: ({ address }) => <span className="gh-figures">{address || '–'}</span>,
          },
        ]}
      />
    </div>
  );
}
