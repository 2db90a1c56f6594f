import type { Pool } from 'pg';
import { z } from 'zod';
import { notifySql } from '../../infra/events.ts';
import { lockNumber } from '../../infra/prisma/locks.ts';
import { TIMES } from '../vault/index.ts';
import type { SealedColumn } from './sealed-columns.ts';

/** What all servers agree on. `canaries` are values sealed by each key that is in use. */
const Shared = z.object({
  current: z.string().nullable().default(null),
  canaries: z.record(z.string(), z.string()).default({}),
});
export type SharedRing = z.infer<typeof Shared>;

const Announced = z.object({
  current: z.string(),
  /** Fingerprints by key id. */
  keys: z.record(z.string(), z.string()),
  from: z.enum(['file', 'environment']),
  seenAt: z.number(),
});
export type AnnouncedRing = z.infer<typeof Announced>;

export type SealedValue = { ids: string[]; sealed: string };

export const RING_SETTING = 'keyRing';
const SERVER = 'keyRing.server.';
/** How long a claim of the vault is believed when it is made. */
const CLAIM_MS = TIMES.holdMs;
/** A sealed value begins `v1.<key id>.<nonce>.`; the rest may be megabytes and is not looked at. */
const HEAD = 48;
const isSealed = (column: string) =>
  `left(${column}, ${HEAD}) ~ '^v1\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]{16}\\.'`;
const keyOf = (column: string) => `split_part(left(${column}, ${HEAD}), '.', 2)`;

export type KeyRingRepo = ReturnType<typeof createKeyRingRepo>;

/** Sealed values by the key that sealed them, and what servers agree on; every statement is one query. */
export function createKeyRingRepo(pool: Pick<Pool, 'query' | 'connect'>) {
  return {
    /** How many values of a column each key has sealed. */
    async counts({ column, table }: SealedColumn): Promise<Map<string, number>> {
      const { rows } = await pool.query<{ key: string; count: number }>(
        `SELECT ${keyOf(column)} AS key, count(*)::int AS count FROM ${table}
         WHERE ${isSealed(column)} GROUP BY 1`,
      );
      return new Map(rows.map(({ count, key }) => [key, count]));
    },

    /** One value of a column for each key that has sealed any. */
    async samples({ column, ids, table }: SealedColumn): Promise<SealedValue[]> {
      const { rows } = await pool.query<SealedValue>(
        `SELECT DISTINCT ON (${keyOf(column)}) ${texts(ids)} AS ids, ${column} AS sealed
         FROM ${table} WHERE ${isSealed(column)} ORDER BY ${keyOf(column)}`,
      );
      return rows;
    },

    /** The next values, in the order of their rows, that another key than `current` has sealed. */
    async next(
      { batch = 200, column, ids, table }: SealedColumn,
      current: string,
      after: readonly string[] | null,
    ): Promise<SealedValue[]> {
      // In the order of the primary key, so that no batch begins at the start of the table again.
      const keys = ids.map(([id]) => id).join(', ');
      const marks = ids.map(([, type], index) => `$${index + 3}::${type}`).join(', ');
      const beyond = after === null ? '' : `AND (${keys}) > (${marks})`;
      const { rows } = await pool.query<SealedValue>(
        `SELECT ${texts(ids)} AS ids, ${column} AS sealed FROM ${table}
         WHERE ${isSealed(column)} AND ${keyOf(column)} <> $1 ${beyond}
         ORDER BY ${keys} LIMIT $2`,
        [current, batch, ...(after ?? [])],
      );
      return rows;
    },

    /**
     * Puts values in place of those they were made from; one that somebody changed meanwhile stays as
     * they left it. Returns how many were replaced, and tells who keeps copies.
     */
    async replace(
      { column, ids, table, topic }: SealedColumn,
      values: readonly (SealedValue & { fresh: string })[],
    ): Promise<number> {
      const names = ids.map((_, index) => `n.id${index}`);
      const same = ids
        .map(([id, type], index) => `t.${id} = ${names[index]}::${type}`)
        .join(' AND ');
      const arrays = [...ids, 'old', 'fresh'].map((_, index) => `$${index + 1}::text[]`).join(', ');
      const columns = [...ids.map((_, index) => `id${index}`), 'old', 'fresh'].join(', ');
      const { rows } = await pool.query<{ id: string }>(
        `UPDATE ${table} t SET ${column} = n.fresh FROM unnest(${arrays}) AS n(${columns})
         WHERE ${same} AND t.${column} = n.old RETURNING n.id0 AS id`,
        [
          ...ids.map((_, index) => values.map((value) => value.ids[index])),
          values.map(({ sealed }) => sealed),
          values.map(({ fresh }) => fresh),
        ],
      );
      if (topic && rows.length > 0) {
        const { text, values: told } = notifySql(topic, { ids: rows.map(({ id }) => id) });
        await pool.query(text, told);
      }
      return rows.length;
    },

    /**
     * Vault accounts that a server has been refreshing for longer than `ms`: until the claim ends, their
     * new tokens may be in that server's journal alone. `server` is its machine; ten accounts at most.
     */
    async refreshing(ms: number): Promise<{ account: string; server: string }[]> {
      const { rows } = await pool.query<{ account: string; server: string }>(
        `SELECT a.name AS account, split_part(v.claimed_by, '@', 2) AS server
         FROM vault_tokens v JOIN accounts a ON a.id = v.account_id
         WHERE v.claimed_until < now() + ($1::float8 - $2) * interval '1 millisecond'
         ORDER BY v.claimed_until LIMIT 10`,
        [CLAIM_MS, ms],
      );
      return rows;
    },

    async shared(): Promise<SharedRing> {
      const { rows } = await pool.query<{ value: unknown }>(
        'SELECT value FROM settings WHERE name = $1',
        [RING_SETTING],
      );
      return Shared.parse(rows[0]?.value ?? {});
    },

    /** Changes what servers agree on, one at a time, and tells them. */
    async change(work: (shared: SharedRing) => SharedRing | Promise<SharedRing>): Promise<void> {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        await client.query('SELECT pg_advisory_xact_lock($1)', [lockNumber('keyRing')]);
        const { rows } = await client.query('SELECT value FROM settings WHERE name = $1', [
          RING_SETTING,
        ]);
        const next = await work(Shared.parse(rows[0]?.value ?? {}));
        await client.query(
          `INSERT INTO settings (name, value, updated_at) VALUES ($1, $2, now())
           ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = now()`,
          [RING_SETTING, JSON.stringify(next)],
        );
        const { text, values } = notifySql('settings', { ids: [RING_SETTING] });
        await client.query(text, values);
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined);
        throw error;
      } finally {
        client.release();
      }
    },

    async announce(server: string, ring: AnnouncedRing): Promise<void> {
      await pool.query(
        `INSERT INTO settings (name, value, updated_at) VALUES ($1, $2, now())
         ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = now()`,
        [SERVER + server, JSON.stringify(ring)],
      );
    },

    async withdraw(server: string): Promise<void> {
      await pool.query('DELETE FROM settings WHERE name = $1', [SERVER + server]);
    },

    /** Servers that were seen since then (epoch ms); forgets the others. */
    async servers(since: number): Promise<(AnnouncedRing & { id: string })[]> {
      const like = `${SERVER.replaceAll('.', '\\.')}`;
      await pool.query(
        `DELETE FROM settings WHERE name ~ ('^' || $1) AND (value->>'seenAt')::float8 < $2`,
        [like, since],
      );
      const { rows } = await pool.query<{ name: string; value: unknown }>(
        `SELECT name, value FROM settings WHERE name ~ ('^' || $1) ORDER BY name`,
        [like],
      );
      return rows.flatMap(({ name, value }) => {
        const ring = Announced.safeParse(value);
        return ring.success ? [{ id: name.slice(SERVER.length), ...ring.data }] : [];
      });
    },
  };
}

const texts = (ids: SealedColumn['ids']) => `ARRAY[${ids.map(([id]) => `${id}::text`).join(', ')}]`;
