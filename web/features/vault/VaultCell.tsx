import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import type { VaultSort, VaultView } from '#shared/schemas/vault.ts';
import { formatDate, formatDateTime, formatExactTime, formatRelative } from '../../lib/format.ts';
import { StateBadge } from '../../ui/StateBadge.tsx';
import type { ColumnId } from './column-choice.ts';
import classes from './vault.module.css';

export type CellTexts = TFunction<['vault', 'common']>;

/** Width (px) of each column, and by what it sorts. */
export const SHAPES: Readonly<Record<ColumnId, { width: number; sort?: VaultSort }>> = {
  number: { width: 76, sort: 'number' },
  bizId: { width: 190, sort: 'bizId' },
  email: { width: 220, sort: 'email' },
  userName: { width: 150, sort: 'userName' },
  plan: { width: 100, sort: 'plan' },
  state: { width: 130 },
  result: { width: 190 },
  accessToken: { width: 170, sort: 'expires' },
  refreshed: { width: 130, sort: 'refreshed' },
  next: { width: 130, sort: 'next' },
  tags: { width: 160 },
  owner: { width: 130, sort: 'owner' },
  platform: { width: 130 },
  name: { width: 160 },
  refreshToken: { width: 130 },
  previous: { width: 100 },
  enabled: { width: 90 },
  autoRefresh: { width: 110 },
  proxy: { width: 130 },
  client: { width: 130 },
  memo: { width: 200 },
  userInfo: { width: 90 },
  accountInfo: { width: 110 },
  created: { width: 150 },
};

type CellProps = { column: ColumnId; row: VaultView; now: number; t: CellTexts };

/**
 * One value of a row. Plain elements only: some forty rows of them are made anew with each screen that
 * is scrolled.
 */
export function VaultCell({ column, row, now, t }: CellProps): ReactNode {
  const yes = (value: boolean) => t(value ? 'common:yes' : 'common:no');
  switch (column) {
    case 'number':
      return row.number;
    case 'bizId':
      return null;
    case 'email':
      return orDash(row.email);
    case 'userName':
    case 'plan':
    case 'memo':
    case 'name':
      return orDash(row[column]);
    case 'owner':
      return row.ownerName;
    case 'platform':
      return row.platformName;
    case 'state':
      return <StateBadge state={row.state} />;
    case 'result':
      return <Result row={row} t={t} />;
    case 'accessToken':
      return <Access row={row} now={now} t={t} />;
    case 'refreshed':
      return row.refreshedAt ? <When iso={row.refreshedAt} now={now} /> : t('common:never');
    case 'next':
      return row.nextRefreshAt && row.state !== 'disabled' ? (
        <Due iso={row.nextRefreshAt} now={now} t={t} />
      ) : (
        <span className={classes.dim}>–</span>
      );
    case 'tags':
      return row.tags.length === 0 ? orDash('') : row.tags.join(', ');
    case 'refreshToken':
      return <code title={t('mark')}>{`#${row.refreshMark.slice(0, 8)}`}</code>;
    case 'previous':
      return yes(row.hasPrevious);
    case 'enabled':
      return yes(row.state !== 'disabled');
    case 'autoRefresh':
      return yes(row.autoRefresh);
    case 'proxy':
      return orDash(row.proxy?.name);
    case 'client':
      return orDash(row.client?.name);
    case 'userInfo':
      return yes(row.hasUserInfo);
    case 'accountInfo':
      return yes(row.hasAccountInfo);
    case 'created':
      return <time dateTime={row.createdAt}>{formatDateTime(row.createdAt)}</time>;
  }
}

function orDash(text: string | null | undefined): ReactNode {
  return text ? <span title={text}>{text}</span> : <span className={classes.dim}>–</span>;
}

function When({ iso, now }: { iso: string; now: number }) {
  return (
    <time dateTime={iso} title={formatExactTime(iso)}>
      {formatRelative(iso, now)}
    </time>
  );
}

function Due({ iso, now, t }: { iso: string; now: number; t: CellTexts }) {
  if (Date.parse(iso) <= now) return <span title={formatExactTime(iso)}>{t('due')}</span>;
  return <When iso={iso} now={now} />;
}

function Access({ row, now, t }: Omit<CellProps, 'column'>) {
  const { accessExpiresAt: end, hasAccess } = row;
  if (!hasAccess) return <span className={classes.dim}>{t('access.none')}</span>;
  if (end === null) return <>•••• · {t('access.unknown')}</>;
  const over = Date.parse(end) <= now;
  return (
    <span className={over ? classes.bad : ''} title={formatExactTime(end)}>
      ••••{' '}
      {over
        ? t('access.ended', { at: formatDate(end) })
        : t('access.ends', { at: formatRelative(end, now) })}
    </span>
  );
}

function Result({ row, t }: Pick<CellProps, 'row' | 't'>) {
  const { failure, failureText, refreshedAt } = row;
  if (failure === null) {
    return refreshedAt ? t('result.ok') : <span className={classes.dim}>{t('result.never')}</span>;
  }
  return (
    <span className={classes.bad} title={failureText ?? ''}>
      {t(`failure.${failure}.title`)}
    </span>
  );
}
