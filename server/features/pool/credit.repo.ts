import { DatabaseError, type Pool, type QueryConfig } from 'pg';
import { z } from 'zod';
import { named } from '../../infra/postgres/pool.ts';
import { lockNumber } from '../../infra/prisma/locks.ts';
import { CREDIT_COLUMNS, type CreditKey, type CreditRow, StoredCredit } from './credit-row.ts';

/** A reservation as it lies in the database. */
export type NewHold = CreditKey & {
  /** The request id: one request reserves once. */
  id: string;
  amount: bigint;
  /** The process that holds it, and until when it does without word of it. */
  holder: string;
  expiresAt: number;
};

/** What a request took from the pool. */
export type Spending = CreditKey & {
  /** The request id. */
  id: string;
  consumed: bigint;
  accountId: string;
  model: string;
  /** Of the account's own quota, in millionths; null = not known. */
  quotaBefore: number | null;
  quotaAfter: number | null;
};

/**
 * Rows with what has recovered until `now` counted in, locked: `recover` of credit.ts as SQL. The
 * elapsed time times the rate may pass 64 bits, hence numeric.
 */
function recovered(where: string, now: string): string {
  return `SELECT c.user_id, c.group_key, c.held, c.spent,
           least(c.max, c.quota + g.gained - g.paid) AS quota,
           c.owed - g.paid AS owed,
           CASE WHEN c.quota + g.gained - g.paid >= c.max THEN 0 ELSE g.rest END AS carry,
           c.granted + g.paid + least(c.max, c.quota + g.gained - g.paid) - c.quota AS granted,
           greatest(c.updated_at, ${now}::timestamptz) AS updated_at
      FROM pool_credits c
     CROSS JOIN LATERAL (
       SELECT c.carry + greatest(0, trunc(extract(epoch FROM ${now}::timestamptz - c.updated_at) * 1000)) * c.rate AS total
     ) t
     CROSS JOIN LATERAL (
       SELECT div(t.total, 3600000)::bigint AS gained, mod(t.total, 3600000)::bigint AS rest,
              least(c.owed, div(t.total, 3600000)::bigint) AS paid
     ) g
     WHERE ${where}
       FOR UPDATE OF c`;
}

const OF_ONE = 'c.user_id = $1 AND c.group_key = $2';
const MATCHES = 'p.user_id = c.user_id AND p.group_key = c.group_key';
const RECOVERED_COLUMNS = 'carry = c.carry, granted = c.granted, updated_at = c.updated_at';
const RETURNED = CREDIT_COLUMNS.split(', ')
  .map((column) => `p.${column}`)
  .join(', ');

const reserve = named(
  'pool_reserve',
  `WITH c AS MATERIALIZED (${recovered(OF_ONE, '$3')}),
   hold AS (
     INSERT INTO pool_holds (id, user_id, group_key, amount, holder, expires_at)
     SELECT $4, c.user_id, c.group_key, $5::bigint, $6, $7 FROM c WHERE c.quota - c.held >= $5::bigint
     RETURNING amount
   )
   UPDATE pool_credits p
      SET quota = c.quota, owed = c.owed, held = c.held + hold.amount, ${RECOVERED_COLUMNS}
     FROM c, hold WHERE ${MATCHES}
   RETURNING ${RETURNED}`,
);

const settle = named(
  'pool_settle',
  `WITH c AS MATERIALIZED (${recovered(OF_ONE, '$3')}),
   hold AS (DELETE FROM pool_holds WHERE id = $4 RETURNING amount),
   movement AS (
     INSERT INTO pool_movements
       (id, at, user_id, group_key, kind, amount, account_id, model, quota_before, quota_after)
     VALUES ($4, $3, $1, $2, 'spend', -$5::bigint, $6, $7, $8, $9)
   )
   UPDATE pool_credits p
      SET quota = greatest(0, c.quota - $5::bigint),
          owed = c.owed + greatest(0, $5::bigint - c.quota),
          held = greatest(0, c.held - coalesce((SELECT amount FROM hold), 0)),
          spent = c.spent + $5::bigint, ${RECOVERED_COLUMNS}
     FROM c WHERE ${MATCHES}
   RETURNING ${RETURNED}`,
);

const release = named(
  'pool_release',
  `WITH c AS MATERIALIZED (${recovered(OF_ONE, '$3')}),
   hold AS (DELETE FROM pool_holds WHERE id = $4 RETURNING amount)
   UPDATE pool_credits p
      SET quota = c.quota, owed = c.owed, held = greatest(0, c.held - hold.amount), ${RECOVERED_COLUMNS}
     FROM c, hold WHERE ${MATCHES}
   RETURNING ${RETURNED}`,
);

const renew = named('pool_renew', 'UPDATE pool_holds SET expires_at = $2 WHERE holder = $1');

// One server at a time, so that two never wait for each other's rows.
const free = named(
  'pool_free',
  `WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(${lockNumber('lendings')}) AS mine),
   gone AS (
     DELETE FROM pool_holds WHERE expires_at < $1 AND (SELECT mine FROM turn)
     RETURNING user_id, group_key, amount
   ),
   sums AS MATERIALIZED (
     SELECT user_id, group_key, sum(amount)::bigint AS amount FROM gone GROUP BY 1, 2
   ),
   c AS MATERIALIZED (
     ${recovered('(c.user_id, c.group_key) IN (SELECT user_id, group_key FROM sums)', '$1')}
   )
   UPDATE pool_credits p
      SET quota = c.quota, owed = c.owed, held = greatest(0, c.held - sums.amount), ${RECOVERED_COLUMNS}
     FROM c JOIN sums USING (user_id, group_key) WHERE ${MATCHES}
   RETURNING ${RETURNED}`,
);

const changed = named(
  'pool_changed',
  `SELECT ${CREDIT_COLUMNS} FROM pool_credits WHERE updated_at >= $1`,
);

const ofUser = named(
  'pool_of_user',
  `SELECT ${CREDIT_COLUMNS} FROM pool_credits WHERE user_id = $1 ORDER BY group_key`,
);

// Other servers on the same database remove at the same time: each takes rows of its own.
const forget = named(
  'pool_forget',
  `DELETE FROM pool_movements WHERE id IN (
     SELECT id FROM pool_movements WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
);

export type CreditRepo = ReturnType<typeof createCreditRepo>;

/** Statements of the request path over `pool_credits`: each is atomic by itself, and safe to send twice. */
export function createCreditRepo(pool: Pick<Pool, 'query'>) {
  async function write(query: QueryConfig<unknown[]>): Promise<CreditRow | null> {
    const { rows } = await pool.query(query);
    return rows.length === 0 ? null : StoredCredit.parse(rows[0]);
  }

  return {
    /** The credit afterwards; null when there is not enough, 'twice' when the request has reserved already. */
    async reserve(hold: NewHold, now: number): Promise<CreditRow | 'twice' | null> {
      const { amount, expiresAt, groupKey, holder, id, userId } = hold;
      const values = [userId, groupKey, new Date(now), id, amount, holder, new Date(expiresAt)];
      try {
        return await write(reserve(values));
      } catch (error) {
        if (isRepeated(error)) return 'twice';
        throw error;
      }
    },

    /** Takes what was used and gives back what was reserved; null when that was done before, or nobody is left to pay. */
    async settle(spending: Spending, now: number): Promise<CreditRow | null> {
      const { accountId, consumed, groupKey, id, model, userId } = spending;
      const { quotaAfter, quotaBefore } = spending;
      const values = [userId, groupKey, new Date(now), id, consumed, accountId, model];
      try {
        return await write(settle([...values, quotaBefore, quotaAfter]));
      } catch (error) {
        if (isRepeated(error)) return null;
        throw error;
      }
    },

    /** Gives back a reservation of which nothing was used; null when it is gone. */
    release({ groupKey, id, userId }: CreditKey & { id: string }, now: number) {
      return write(release([userId, groupKey, new Date(now), id]));
    },

    /** Keeps this process's reservations alive until then. */
    async renew(holder: string, expiresAt: number): Promise<void> {
      await pool.query(renew([holder, new Date(expiresAt)]));
    },

    /** Frees reservations that nobody renewed; returns the credits that changed. */
    async free(now: number): Promise<CreditRow[]> {
      const { rows } = await pool.query(free([new Date(now)]));
      return z.array(StoredCredit).parse(rows);
    },

    /** Credits that changed since then; null = all of them. */
    async changed(since: number | null): Promise<CreditRow[]> {
      const { rows } = await pool.query(changed([new Date(since ?? 0)]));
      return z.array(StoredCredit).parse(rows);
    },

    async ofUser(userId: string): Promise<CreditRow[]> {
      const { rows } = await pool.query(ofUser([userId]));
      return z.array(StoredCredit).parse(rows);
    },

    /** Removes at most `most` movements of before `until`; resolves with how many there were. */
    async forget(until: number, most: number): Promise<number> {
      const { rowCount } = await pool.query(forget([new Date(until), most]));
      return rowCount ?? 0;
    },
  };
}

/** 23505: the reservation, or the movement of the same request, is there already; nothing was written. */
function isRepeated(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '23505';
}
