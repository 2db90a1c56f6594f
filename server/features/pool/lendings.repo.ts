import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';
import { lockNumber } from '../../infra/prisma/locks.ts';
import { CREDIT_COLUMNS, type CreditRow, StoredCredit } from './credit-row.ts';
import type { Lending, LendingMove, LentAccount } from './lendings.ts';

export type ModelRoutes = { name: string; routes: { platformId: string }[] };

/** A movement of credit by lending or withdrawing. */
export type LendingNote = LendingMove & { id: string; amount: bigint };

export type LendingChanges = {
  credits: readonly CreditRow[];
  notes: readonly LendingNote[];
  repriced: readonly Lending[];
};

const Account = z
  .object({
    id: z.string(),
    owner_id: z.string(),
    platform_id: z.string(),
    paid: z.boolean(),
    loan_models: z.array(z.string()),
    models_off: z.array(z.string()),
    secret: z.string().nullable(),
  })
  .transform(
    ({ id, loan_models, models_off, owner_id, paid, platform_id, secret }): LentAccount => ({
      id,
      ownerId: owner_id,
      platformId: platform_id,
      paid,
      models: loan_models,
      modelsOff: models_off,
      sealed: secret,
    }),
  );

const StoredLending = z
  .object({ account_id: z.string(), group_key: z.string(), user_id: z.string(), paid: z.boolean() })
  .transform(
    ({ account_id, group_key, paid, user_id }): Lending => ({
      accountId: account_id,
      groupKey: group_key,
      userId: user_id,
      paid,
    }),
  );

const Routes = z.object({ name: z.string(), platforms: z.array(z.string()) });

// NOTE: an account on a free plan says so in its options; one that says nothing is paid for.
// Anyone can enter a key that opens nothing: an account counts once it has answered.
const LENT = `SELECT a.id, a.owner_id, a.platform_id, a.loan_models, a.models_off, a.secret,
    coalesce(a.options->>'plan', '') <> 'free' AS paid
  FROM accounts a JOIN users u ON u.id = a.owner_id
  WHERE a.shared AND cardinality(a.loan_users) = 0
    AND a.state::text NOT IN ('disabled', 'expired') AND u.state IN ('active', 'silenced')
    AND a.proved_at IS NOT NULL
    AND (a.policy_class::text <> 'personal'
      OR EXISTS (SELECT 1 FROM personal_lending l WHERE l.platform_id = a.platform_id))
  ORDER BY a.created_at, a.id`;

const ROUTES = `SELECT m.name, array_agg(DISTINCT r.platform_id) AS platforms
  FROM models m JOIN model_routes r ON r.model_id = m.id WHERE m.enabled GROUP BY m.name`;

export type LendingsRepo = ReturnType<typeof createLendingsRepo>;
export type LendingsTx = ReturnType<typeof readsAndWrites>;

/** What is lent, what is counted as lent, and the credits that follow from it. */
export function createLendingsRepo(pool: Pick<Pool, 'connect'>) {
  return {
    /** Runs `work` in a transaction of which there is one at a time, on all servers. */
    async inTurn<Result>(work: (tx: LendingsTx) => Promise<Result>): Promise<Result> {
      const client = await pool.connect();
      let broken = false;
      try {
        await client.query('BEGIN');
        await client.query('SELECT pg_advisory_xact_lock($1)', [lockNumber('lendings')]);
        const result = await work(readsAndWrites(client));
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch(() => {
          broken = true;
        });
        throw error;
      } finally {
        client.release(broken);
      }
    },
  };
}

function readsAndWrites(client: PoolClient) {
  return {
    async lent(): Promise<LentAccount[]> {
      return z.array(Account).parse((await client.query(LENT)).rows);
    },

    async routes(): Promise<ModelRoutes[]> {
      const rows = z.array(Routes).parse((await client.query(ROUTES)).rows);
      return rows.map(({ name, platforms }) => ({
        name,
        routes: platforms.map((platformId) => ({ platformId })),
      }));
    },

    async counted(): Promise<Lending[]> {
      const { rows } = await client.query(
        'SELECT account_id, group_key, user_id, paid FROM pool_lendings ORDER BY 1, 2',
      );
      return z.array(StoredLending).parse(rows);
    },

    /** Every credit, without a lock. */
    async credits(): Promise<CreditRow[]> {
      const { rows } = await client.query(`SELECT ${CREDIT_COLUMNS} FROM pool_credits`);
      return z.array(StoredCredit).parse(rows);
    },

    /** These people's credits, which nobody else changes until the transaction ends. */
    async locked(userIds: readonly string[]): Promise<CreditRow[]> {
      const { rows } = await client.query(
        `SELECT ${CREDIT_COLUMNS} FROM pool_credits WHERE user_id = ANY($1::uuid[])
          ORDER BY user_id, group_key FOR UPDATE`,
        [userIds],
      );
      return z.array(StoredCredit).parse(rows);
    },

    /** Which of these people there still are. */
    async present(userIds: readonly string[]): Promise<Set<string>> {
      const { rows } = await client.query('SELECT id FROM users WHERE id = ANY($1::uuid[])', [
        userIds,
      ]);
      return new Set(
        z
          .array(z.object({ id: z.string() }))
          .parse(rows)
          .map(({ id }) => id),
      );
    },

    async save({ credits, notes, repriced }: LendingChanges, now: number): Promise<void> {
      const at = new Date(now);
      await saveCredits(client, credits);
      const gone = notes.filter(({ kind }) => kind === 'withdraw');
      await client.query(
        `DELETE FROM pool_lendings l USING unnest($1::uuid[], $2::text[]) AS g(account_id, group_key)
          WHERE l.account_id = g.account_id AND l.group_key = g.group_key`,
        [gone.map(({ accountId }) => accountId), gone.map(({ groupKey }) => groupKey)],
      );
      const kept = [...notes.filter(({ kind }) => kind === 'lend'), ...repriced];
      await client.query(
        `INSERT INTO pool_lendings (account_id, group_key, user_id, paid, since)
         SELECT n.*, $5 FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::boolean[]) AS n
         ON CONFLICT (account_id, group_key) DO UPDATE SET paid = excluded.paid`,
        [
          kept.map(({ accountId }) => accountId),
          kept.map(({ groupKey }) => groupKey),
          kept.map(({ userId }) => userId),
          kept.map(({ paid }) => paid),
          at,
        ],
      );
      await client.query(
        `INSERT INTO pool_movements (id, user_id, group_key, kind, amount, account_id, at)
         SELECT n.*, $7 FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[],
                                    $6::uuid[]) AS n`,
        [
          notes.map(({ id }) => id),
          notes.map(({ userId }) => userId),
          notes.map(({ groupKey }) => groupKey),
          notes.map(({ kind }) => kind),
          notes.map(({ amount }) => amount),
          notes.map(({ accountId }) => accountId),
          at,
        ],
      );
    },
  };
}

async function saveCredits(client: PoolClient, rows: readonly CreditRow[]): Promise<void> {
  for (const row of rows) {
    const { groupKey, updatedAt, userId, waivedAt } = row;
    const { carry, granted, held, max, owed, quota, rate, spent, taken, waived } = row;
    await client.query({
      name: 'pool_save_credit',
      text: `INSERT INTO pool_credits (${CREDIT_COLUMNS})
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
             ON CONFLICT (user_id, group_key) DO UPDATE SET
               quota = excluded.quota, max = excluded.max, rate = excluded.rate,
               held = excluded.held, owed = excluded.owed, carry = excluded.carry,
               waived = excluded.waived, waived_at = excluded.waived_at,
               granted = excluded.granted, taken = excluded.taken, spent = excluded.spent,
               updated_at = excluded.updated_at`,
      values: [
        ...[userId, groupKey, quota, max, rate, held, owed, carry, waived],
        waivedAt === null ? null : new Date(waivedAt),
        ...[granted, taken, spent],
        new Date(updatedAt),
      ],
    });
  }
}
