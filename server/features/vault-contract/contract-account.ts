import type { Cipher } from '../../infra/cipher.ts';
import type { ContractRow } from './contract-rows.repo.ts';
import type { VaultWays } from './vault-ways.ts';

/** The RT object of contract 003. */
export type ContractAccount = {
  id: number;
  biz_id: string;
  user_name: string;
  email: string;
  type: string;
  rt: string;
  at: string;
  proxy: string;
  client_id: string;
  tag: string;
  enabled: boolean;
  last_rt: string;
  refresh_result: string;
  user_info: string;
  account_info: string;
  last_refresh_time: string | null;
  memo: string;
  create_time: string;
  update_time: string;
};

/** An account as it is told; tokens in clear only where `inClear`. */
export function toContractAccount(
  row: ContractRow,
  { cipher, inClear, ways }: { cipher: Pick<Cipher, 'open'>; inClear: boolean; ways: VaultWays },
): ContractAccount {
  const { accountId: id } = row;
  const open = (sealed: string | null, table: string, column: string) => {
    if (sealed === null) return '';
    const token = openOr(cipher, sealed, { table, column, id });
    return inClear ? token : masked(token);
  };
  return {
    id: row.number,
    biz_id: row.bizId,
    user_name: row.userName,
    email: row.email ?? '',
    type: row.plan,
    rt: open(row.refreshToken, 'vault_tokens', 'refresh_token'),
    at: open(row.secret, 'accounts', 'secret'),
    proxy: ways.proxyLabel(row.proxyId),
    client_id: ways.clientLabel(row.clientId),
    tag: row.tags.join(','),
    enabled: row.state !== 'disabled' && row.autoRefresh,
    last_rt: open(row.previousToken, 'vault_tokens', 'previous_token'),
    refresh_result: resultOf(row),
    user_info: told(row.userInfo),
    account_info: told(row.accountInfo),
    last_refresh_time: row.refreshedAt?.toISOString() ?? null,
    memo: row.memo,
    create_time: row.createdAt.toISOString(),
    update_time: row.updatedAt.toISOString(),
  };
}

/** One value whose key is gone must not hide all the others. */
function openOr(cipher: Pick<Cipher, 'open'>, ...[sealed, place]: Parameters<Cipher['open']>) {
  try {
    return cipher.open(sealed, place);
  } catch {
    return '';
  }
}

/** Enough to tell two apart, and of a short one nothing. */
function masked(token: string): string {
  if (token === '') return '';
  return token.length < 16 ? '…' : `${token.slice(0, 2)}…${token.slice(-4)}`;
}

/** What came of the last refresh; never what the platform answered, for tokens stand in it. */
function resultOf({ failure, failureText, refreshedAt }: ContractRow): string {
  if (failure !== null) return `${failure}: ${failureText ?? ''}`;
  return refreshedAt === null ? '' : 'ok';
}

function told(info: unknown): string {
  return info === null || info === undefined ? '' : JSON.stringify(info);
}
