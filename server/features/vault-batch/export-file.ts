import { csvLine } from '../../infra/csv.ts';
import type { ExportedAccount } from './vault-batch.repo.ts';

/** What of an account is written, tokens apart: the names of a file that can be imported again. */
function membersOf(row: ExportedAccount) {
  return {
    number: row.number,
    biz_id: row.bizId,
    platform: row.account.platformId,
    account: row.account.name,
    email: row.email ?? '',
    name: row.userName,
    plan: row.plan,
    tags: row.tags,
    memo: row.memo,
    state: row.account.state,
    failure: row.failure ?? '',
    auto_refresh: row.autoRefresh,
    client: row.client?.name ?? '',
    proxy: row.proxy?.name ?? '',
    expires_at: row.accessExpiresAt?.toISOString() ?? '',
    refreshed_at: row.refreshedAt?.toISOString() ?? '',
    created_at: row.createdAt.toISOString(),
  };
}

/** The accounts as a file; with refresh tokens only where `tokenOf` opens them. */
export function exportText(
  rows: readonly ExportedAccount[],
  format: 'csv' | 'json',
  tokenOf: ((row: ExportedAccount) => string) | null,
): string {
  const accounts = rows.map((row) => ({
    ...membersOf(row),
    ...(tokenOf && { refresh_token: tokenOf(row) }),
  }));
  if (format === 'json') return `${JSON.stringify({ accounts }, null, 2)}\n`;
  const [first] = accounts;
  const head = csvLine(first ? Object.keys(first) : []);
  const lines = accounts.map(({ tags, ...members }) => {
    const cells = { ...members, tags: tags.join(';') };
    return csvLine(Object.keys(first ?? {}).map((name) => cells[name as keyof typeof cells] ?? ''));
  });
  return head + lines.join('');
}
