import type { Pool } from 'pg';
import { z } from 'zod';
import { REFRESH_FAILURES, type VaultFilter, type VaultKey, type VaultRow } from './vault.types.ts';

const Row = z.object({
  account_id: z.string(),
  number: z.number(),
  biz_id: z.string(),
  owner_id: z.string(),
  platform_id: z.string(),
  name: z.string(),
  state: z.enum(['active', 'disabled', 'expired', 'cooling', 'exhausted']),
  has_access: z.boolean(),
  refresh_hash: z.string(),
  has_previous: z.boolean(),
  access_expires_at: z.date().nullable(),
  auto_refresh: z.boolean(),
  next_refresh_at: z.date().nullable(),
  refreshed_at: z.date().nullable(),
  failures: z.number(),
  failure: z.enum(REFRESH_FAILURES).nullable().catch(null),
  failure_text: z.string().nullable(),
  email: z.string().nullable(),
  user_name: z.string(),
  plan: z.string(),
  subject: z.string().nullable(),
  tags: z.array(z.string()),
  memo: z.string(),
  client_id: z.string().nullable(),
  proxy_id: z.string().nullable(),
  user_info: z.unknown(),
  account_info: z.unknown(),
  deleted_until: z.date().nullable(),
  created_at: z.date(),
  updated_at: z.date(),
});

const COLUMNS = `v.account_id, v.number, v.biz_id, a.owner_id, a.platform_id, a.name, a.state::text,
  a.secret IS NOT NULL AS has_access, v.refresh_hash, v.previous_token IS NOT NULL AS has_previous,
  v.access_expires_at, v.auto_refresh, v.next_refresh_at, v.refreshed_at, v.failures, v.failure,
  v.failure_text, v.email, v.user_name, v.plan, v.subject, v.tags, v.memo, v.client_id, v.proxy_id,
  v.user_info, v.account_info, v.deleted_until, v.created_at, v.updated_at`;
const FROM = `FROM vault_tokens v JOIN accounts a ON a.id = v.account_id
  WHERE v.deleted_until IS NULL`;
/** Who asks for one e-mail with more accounts than this has to say which. */
const MOST_FOUND = 100;

const Secrets = z.object({ refresh_token: z.string(), secret: z.string().nullable() });

export type VaultRowsRepo = ReturnType<typeof createVaultRowsRepo>;

/** Accounts of the vault as they are looked up; deleted ones are not there. */
export function createVaultRowsRepo(pool: Pick<Pool, 'query'>) {
  return {
    async find(key: VaultKey): Promise<VaultRow[]> {
      const [column, value] = placeOf(key);
      const { rows } = await pool.query(
        `SELECT ${COLUMNS} ${FROM} AND ${column} = $1 ORDER BY v.number LIMIT ${MOST_FOUND}`,
        [value],
      );
      return rows.map(toRow);
    },

    async page(filter: VaultFilter, before: number | null, limit: number): Promise<VaultRow[]> {
      const { text, values } = conditions(filter);
      const { rows } = await pool.query(
        `SELECT ${COLUMNS} ${FROM} ${text} AND ($${values.length + 1}::int IS NULL
           OR v.number < $${values.length + 1}) ORDER BY v.number DESC LIMIT $${values.length + 2}`,
        [...values, before, limit],
      );
      return rows.map(toRow);
    },

    async count(filter: VaultFilter): Promise<number> {
      const { text, values } = conditions(filter);
      const { rows } = await pool.query(`SELECT count(*)::int AS count ${FROM} ${text}`, values);
      return z.object({ count: z.number() }).parse(rows[0]).count;
    },

    /** The sealed tokens; null = there is no such account. */
    async sealed(accountId: string): Promise<z.infer<typeof Secrets> | null> {
      const { rows } = await pool.query(
        `SELECT v.refresh_token, a.secret ${FROM} AND v.account_id = $1`,
        [accountId],
      );
      return rows.length === 0 ? null : Secrets.parse(rows[0]);
    },
  };
}

function placeOf(key: VaultKey): [column: string, value: string | number] {
  if ('accountId' in key) return ['v.account_id', key.accountId];
  if ('bizId' in key) return ['v.biz_id', key.bizId];
  if ('number' in key) return ['v.number', key.number];
  return ['v.email', key.email];
}

function conditions(filter: VaultFilter) {
  const values: unknown[] = [];
  const parts: string[] = [];
  const add = (part: (place: string) => string, value: unknown) => {
    if (value === undefined) return;
    values.push(value);
    parts.push(`AND ${part(`$${values.length}`)}`);
  };
  const contains = (column: string) => (place: string) =>
    `strpos(lower(${column}), lower(${place}::text)) > 0`;
  const is = (column: string) => (place: string) => `${column} IS NOT DISTINCT FROM ${place}::uuid`;
  add(is('a.owner_id'), filter.ownerId);
  add((place) => `a.platform_id = ${place}`, filter.platformId);
  add(contains('v.biz_id'), filter.bizId);
  add(contains("COALESCE(v.email, '')"), filter.email);
  add(contains('v.plan'), filter.plan);
  add(
    (place) => `EXISTS (SELECT 1 FROM unnest(v.tags) AS t (tag) WHERE ${contains('t.tag')(place)})`,
    filter.tag,
  );
  add((place) => `(a.state <> 'disabled') = ${place}::boolean`, filter.enabled);
  add((place) => `v.failure = ${place}`, filter.failure);
  add(is('v.proxy_id'), filter.proxyId);
  add(is('v.client_id'), filter.clientId);
  add((place) => `v.created_at >= ${place}`, filter.createdFrom);
  add((place) => `v.created_at < ${place}`, filter.createdBefore);
  add((place) => `v.access_expires_at < ${place}`, filter.expiresBefore);
  return { text: parts.join(' '), values };
}

function toRow(raw: unknown): VaultRow {
  const row = Row.parse(raw);
  return {
    accountId: row.account_id,
    number: row.number,
    bizId: row.biz_id,
    ownerId: row.owner_id,
    platformId: row.platform_id,
    name: row.name,
    state: row.state,
    hasAccessToken: row.has_access,
    refreshHash: row.refresh_hash,
    hasPrevious: row.has_previous,
    accessExpiresAt: row.access_expires_at,
    autoRefresh: row.auto_refresh,
    nextRefreshAt: row.next_refresh_at,
    refreshedAt: row.refreshed_at,
    failures: row.failures,
    failure: row.failure,
    failureText: row.failure_text,
    email: row.email,
    userName: row.user_name,
    plan: row.plan,
    subject: row.subject,
    tags: row.tags,
    memo: row.memo,
    clientId: row.client_id,
    proxyId: row.proxy_id,
    userInfo: row.user_info,
    accountInfo: row.account_info,
    deletedUntil: row.deleted_until,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
