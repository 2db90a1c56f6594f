import type { Pool } from 'pg';
import { z } from 'zod';
import type { NewLease } from './lease-writer.ts';

const Row = z
  .object({
    id: z.string(),
    at: z.date(),
    account_id: z.string(),
    biz_id: z.string(),
    account_name: z.string().nullable(),
    email: z.string().nullable(),
    secret_id: z.string().nullable(),
    by: z.string(),
    address: z.string(),
    expires_at: z.date().nullable(),
    refreshed: z.boolean(),
  })
  .transform((row) => ({
    id: row.id,
    at: row.at,
    accountId: row.account_id,
    bizId: row.biz_id,
    accountName: row.account_name,
    email: row.email,
    secretId: row.secret_id,
    by: row.by,
    address: row.address,
    expiresAt: row.expires_at,
    refreshed: row.refreshed,
  }));
export type LeaseRow = z.infer<typeof Row>;

/** Where a page ended: newest first, the id decides between equal times. */
export type LeaseEnd = { at: Date; id: string };

export type LeaseQuery = {
  /** Only leases of this person's accounts. */
  ownerId?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
  accountId?: string | undefined;
  secretId?: string | undefined;
  account?: string | undefined;
  by?: string | undefined;
  address?: string | undefined;
  before: LeaseEnd | null;
  limit: number;
};

const INSERT = `INSERT INTO token_leases
  (id, at, account_id, biz_id, secret_id, "by", address, expires_at, refreshed)
  SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[], $5::uuid[],
    $6::text[], $7::text[], $8::timestamptz[], $9::bool[])`;

const REMOVE = `DELETE FROM token_leases WHERE id IN (
  SELECT id FROM token_leases WHERE at < $1 ORDER BY at LIMIT $2)`;

export type LeasesRepo = ReturnType<typeof createLeasesRepo>;

/** Rows of `token_leases`; long lists are read by a pool that no request waits for. */
export function createLeasesRepo(pools: {
  pool: Pick<Pool, 'query'>;
  reports: Pick<Pool, 'query'>;
}) {
  return {
    async insert(leases: readonly NewLease[]): Promise<void> {
      const column = <Name extends keyof NewLease>(name: Name) => leases.map((row) => row[name]);
      await pools.pool.query(INSERT, [
        ...[column('id'), column('at'), column('accountId'), column('bizId'), column('secretId')],
        ...[column('by'), column('address'), column('expiresAt'), column('refreshed')],
      ]);
    },

    /** Newest first. */
    async list(query: LeaseQuery): Promise<LeaseRow[]> {
      const { text, values } = conditions(query);
      const { rows } = await pools.reports.query(
        `SELECT l.id, l.at, l.account_id, l.biz_id, a.name AS account_name, v.email, l.secret_id,
                l."by", l.address, l.expires_at, l.refreshed
           FROM token_leases l
           LEFT JOIN accounts a ON a.id = l.account_id
           LEFT JOIN vault_tokens v ON v.account_id = l.account_id
          ${text} ORDER BY l.at DESC, l.id DESC LIMIT $1`,
        [query.limit, ...values],
      );
      return z.array(Row).parse(rows);
    },

    /** Removes at most `most` of those before `until`; resolves with how many there were. */
    async removeBefore(until: Date, most: number): Promise<number> {
      const { rowCount } = await pools.pool.query(REMOVE, [until, most]);
      return rowCount ?? 0;
    },
  };
}

/** The filters that are given; $1 is the limit. */
function conditions(query: LeaseQuery): { text: string; values: unknown[] } {
  const { before } = query;
  const wanted: [string, readonly unknown[]][] = [
    ['(l.at, l.id) < (?, ?::uuid)', before ? [before.at, before.id] : []],
    ['a.owner_id = ?::uuid', [query.ownerId]],
    ['l.at >= ?', [query.from]],
    ['l.at < ?', [query.to]],
    ['l.account_id = ?::uuid', [query.accountId]],
    ['l.secret_id = ?::uuid', [query.secretId]],
    [
      "strpos(lower(l.biz_id || ' ' || coalesce(v.email, '') || ' ' || coalesce(a.name, '')), lower(?)) > 0",
      [query.account || undefined],
    ],
    ['strpos(lower(l."by"), lower(?)) > 0', [query.by || undefined]],
    ['starts_with(l.address, ?)', [query.address || undefined]],
  ];
  const values: unknown[] = [];
  const parts = wanted
    .filter(([, given]) => given.length > 0 && given.every((value) => value !== undefined))
    .map(([part, given]) => {
      const places = given.values();
      return part.replaceAll('?', () => {
        values.push(places.next().value);
        return `$${values.length + 1}`;
      });
    });
  return { text: parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`, values };
}
