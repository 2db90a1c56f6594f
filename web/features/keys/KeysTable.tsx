import { Menu, Text, Tooltip } from '@mantine/core';
import { IconBan, IconEdit } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { KeyView } from '#shared/schemas/keys.ts';
import { formatNumber } from '../../lib/format.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { RelativeTime } from '../../ui/figures.tsx';
import { RowMenu } from '../../ui/RowMenu.tsx';
import { StateBadge } from '../../ui/StateBadge.tsx';
import { LimitsItem } from '../quotas/LimitsItem.tsx';
import classes from './keys.module.css';
import { QuotaBar } from './QuotaBar.tsx';

export type KeyAction = 'edit' | 'revoke';

type KeysTableProps = {
  keys: readonly KeyView[];
  /** Shows whose each key is. */
  withOwner: boolean;
  onAction: (action: KeyAction, key: KeyView) => void;
};

/** API keys; revoked ones come without actions. */
export function KeysTable({ keys, withOwner, onAction }: KeysTableProps) {
  const { t } = useTranslation('keys');
  return (
    <DataTable
      label={t('list')}
      columns={useColumns(withOwner)}
      rows={keys}
      rowKey={({ id }) => id}
      actions={(key) =>
        key.state === 'revoked' ? null : (
          <RowMenu name={key.name}>
            <Menu.Item leftSection={<IconEdit size={16} />} onClick={() => onAction('edit', key)}>
              {t('action.edit')}
            </Menu.Item>
            <LimitsItem subject="key" id={key.id} name={key.name} />
            <Menu.Item
              color="red"
              leftSection={<IconBan size={16} />}
              onClick={() => onAction('revoke', key)}
            >
              {t('action.revoke')}
            </Menu.Item>
          </RowMenu>
        )
      }
    />
  );
}

function useColumns(withOwner: boolean): Column<KeyView>[] {
  const { t } = useTranslation('keys');
  const owner: Column<KeyView> = {
    id: 'owner',
    header: t('column.owner'),
    cell: ({ ownerName }) => <span className={classes.short}>{ownerName}</span>,
  };
  return [
    {
      id: 'name',
      header: t('column.name'),
      primary: true,
      cell: ({ name, prefix }) => (
        <div className={classes.name}>
          {name}
          <Text fz="xs" c="dimmed" fw={400} className={classes.mono}>
            {prefix}
          </Text>
        </div>
      ),
    },
    ...(withOwner ? [owner] : []),
    { id: 'state', header: t('column.state'), cell: ({ state }) => <StateBadge state={state} /> },
    {
      id: 'today',
      header: t('column.today'),
      cell: ({ tokensToday, tokensPerDay, zone }) => (
        <QuotaBar used={tokensToday} limit={tokensPerDay} zone={zone} />
      ),
    },
    {
      id: 'limits',
      header: t('column.limits'),
      cell: (key) => <KeyLimits limited={key} />,
    },
    {
      id: 'models',
      header: t('column.models'),
      cell: ({ allowedModels }) => <Allowed models={allowedModels} />,
    },
    {
      id: 'expires',
      header: t('column.expires'),
      cell: ({ expiresAt }) =>
        expiresAt === null ? <Dim>{t('neverExpires')}</Dim> : <When iso={expiresAt} />,
    },
    {
      id: 'used',
      header: t('column.used'),
      cell: ({ lastUsedAt }) =>
        lastUsedAt === null ? <Dim>{t('neverUsed')}</Dim> : <When iso={lastUsedAt} />,
    },
  ];
}

/** Tokens a day have a column of their own. */
function KeyLimits({ limited: { moreLimits: count, rpm } }: { limited: KeyView }) {
  const { t } = useTranslation('keys');
  const parts: string[] = [];
  if (rpm !== null) parts.push(t('limits.rpm', { value: formatNumber(rpm) }));
  if (count > 0) parts.push(t(rpm === null ? 'limits.count' : 'limits.more', { count }));
  if (parts.length === 0) return <Dim>{t('limits.none')}</Dim>;
  return parts.map((part) => (
    <div key={part} className={classes.nowrap}>
      {part}
    </div>
  ));
}

function When({ iso }: { iso: string }) {
  return (
    <span className={classes.nowrap}>
      <RelativeTime iso={iso} />
    </span>
  );
}

function Dim({ children }: { children: string }) {
  return (
    <Text component="span" c="dimmed" className={classes.nowrap}>
      {children}
    </Text>
  );
}

/** The first allowed model and how many more; all of them on hover and focus. */
function Allowed({ models }: { models: readonly string[] }) {
  const { t } = useTranslation('keys');
  const first = models[0];
  if (first === undefined) return <Dim>{t('allModels')}</Dim>;
  const more = models.length - 1;
  return (
    <Tooltip
      label={models.join(', ')}
      multiline
      maw={360}
      events={{ hover: true, focus: true, touch: true }}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the whole list is in the tooltip, for the keyboard too */}
      <span className={classes.models} tabIndex={0}>
        <span className={classes.model}>{first}</span>
        {more > 0 && <Dim>{t('moreModels', { count: more })}</Dim>}
      </span>
    </Tooltip>
  );
}
