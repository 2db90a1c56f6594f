import type { Pool } from 'pg';
import { z } from 'zod';
import { newId } from '../../infra/ids.ts';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import { notify } from '../../infra/prisma/notify.ts';

/** An account as the contract tells of it; tokens are sealed. */
const Row = z.object({
  accountId: z.string(),
  number: z.number(),
  bizId: z.string(),
  name: z.string(),
  platformId: z.string(),
  state: z.string(),
  secret: z.string().nullable(),
  refreshToken: z.string(),
  previousToken: z.string().nullable(),
  autoRefresh: z.boolean(),
  refreshedAt: z.date().nullable(),
  failure: z.string().nullable(),
  failureText: z.string().nullable(),
  email: z.string().nullable(),
  userName: z.string(),
  plan: z.string(),
  tags: z.array(z.string()),
  memo: z.string(),
  clientId: z.string().nullable(),
  proxyId: z.string().nullable(),
  userInfo: z.unknown(),
  accountInfo: z.unknown(),
  createdAt: z.date(),
  updatedAt: z.date(),
});
export type ContractRow = z.infer<typeof Row>;

/** Texts are found anywhere inside, whatever their case. */
export type ContractFilter = {
  bizId?: string | undefined;
  tag?: string | undefined;
  email?: string | undefined;
  plan?: string | undefined;
  enabled?: boolean | undefined;
  /** A day, `YYYY-MM-DD`. */
  created?: string | undefined;
};

export type ContractChange = {
  bizId?: string;
  proxyId?: string | null;
  clientId?: string | null;
  tags?: readonly string[];
  memo?: string;
  enabled?: boolean;
};

const SELECT = `SELECT v.account_id AS "accountId", v.number, v.biz_id AS "bizId", a.name,
    a.platform_id AS "platformId", a.state::text AS state, a.secret,
    v.refresh_token AS "refreshToken", v.previous_token AS "previousToken",
    v.auto_refresh AS "autoRefresh", v.refreshed_at AS "refreshedAt", v.failure,
    v.failure_text AS "failureText", v.email, v.user_name AS "userName", v.plan, v.tags, v.memo,
    v.client_id AS "clientId", v.proxy_id AS "proxyId", v.user_info AS "userInfo",
    v.account_info AS "accountInfo", v.created_at AS "createdAt", v.updated_at AS "updatedAt"`;
const FROM = `FROM vault_tokens v JOIN accounts a ON a.id = v.account_id
  WHERE v.deleted_until IS NULL`;
const FITS = `
  AND ($1::text IS NULL OR strpos(lower(v.biz_id), lower($1)) > 0)
  AND ($2::text IS NULL OR EXISTS (
    SELECT 1 FROM unnest(v.tags) t WHERE strpos(lower(t), lower($2)) > 0))
  AND ($3::text IS NULL OR strpos(lower(COALESCE(v.email, '')), lower($3)) > 0)
  AND ($4::text IS NULL OR strpos(lower(v.plan), lower($4)) > 0)
  AND ($5::boolean IS NULL OR (a.state <> 'disabled' AND v.auto_refresh) = $5)
  AND ($6::date IS NULL OR (v.created_at AT TIME ZONE $7)::date = $6::date)`;

/** Failures that end a token: only another one helps. */
const FINAL: ReadonlySet<string> = new Set(['invalid', 'reused', 'revoked']);

export type ContractRowsRepo = ReturnType<typeof createContractRowsRepo>;

/** Rows of `vault_tokens` with their accounts, by number. */
export function createContractRowsRepo({
  db,
  pool,
  zone,
}: {
  db: Db;
  pool: Pick<Pool, 'query'>;
  /** Whose days are meant. */
  zone: string;
}) {
  const values = (filter: ContractFilter) => [
    ...[filter.bizId ?? null, filter.tag ?? null, filter.email ?? null, filter.plan ?? null],
    ...[filter.enabled ?? null, filter.created ?? null, zone],
  ];
  const read = async (sql: string, given: unknown[]) => {
    const { rows } = await pool.query(sql, given);
    return rows.map((row) => Row.parse(row));
  };

  return {
    inTx: <Result>(work: (tx: Tx) => Promise<Result>) => withTx(db, work, { timeoutMs: 30_000 }),

    /** The newest first. */
    async list(filter: ContractFilter, page: { skip: number; take: number }) {
      const given = values(filter);
      const [rows, counted] = await Promise.all([
        read(`${SELECT} ${FROM} ${FITS} ORDER BY v.number DESC LIMIT $8 OFFSET $9`, [
          ...given,
          page.take,
          page.skip,
        ]),
        pool.query(`SELECT count(*)::int AS total ${FROM} ${FITS}`, given),
      ]);
      return { rows, total: z.object({ total: z.number() }).parse(counted.rows[0]).total };
    },

    /** By their numbers, in the order of these. */
    async byNumbers(numbers: readonly number[]): Promise<ContractRow[]> {
      const rows = await read(`${SELECT} ${FROM} AND v.number = ANY ($1::int[])`, [numbers]);
      const known = new Map(rows.map((row) => [row.number, row]));
      return [...new Set(numbers)].flatMap((number) => known.get(number) ?? []);
    },

    /** Whoever made the secret, while they may sign in; else the first admin. */
    async ownerFor(secretId: string | null): Promise<string | null> {
      const { rows } = await pool.query(
        `SELECT u.id::text AS id FROM users u
         LEFT JOIN vault_secrets s ON s.created_by = u.id AND s.id = $1::uuid
         WHERE u.state = 'active' AND (s.id IS NOT NULL OR u.role = 'admin')
         ORDER BY (s.id IS NOT NULL) DESC, u.created_at LIMIT 1`,
        [secretId],
      );
      return rows[0] ? z.object({ id: z.string() }).parse(rows[0]).id : null;
    },

    /** Whether another account has this business id. Waits for whoever is about to take it. */
    async isTaken(tx: Tx, bizId: string, accountId: string): Promise<boolean> {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('vault.add'))`;
      const count = await tx.vaultToken.count({ where: { bizId, accountId: { not: accountId } } });
      return count > 0;
    },

    /** Writes what is given; false when it is gone. */
    async update(
      tx: Tx,
      accountId: string,
      change: ContractChange,
      by: { at: Date; actorId: string | null },
    ): Promise<boolean> {
      const { enabled, tags, ...columns } = change;
      const { count } = await tx.vaultToken.updateMany({
        where: { accountId, deletedUntil: null },
        data: {
          ...columns,
          ...(tags && { tags: [...tags] }),
          ...(enabled !== undefined && { autoRefresh: enabled }),
          ...(enabled === true && { nextRefreshAt: by.at }),
        },
      });
      if (count === 0) return false;
      if (enabled !== undefined) await switchTo(tx, accountId, enabled, by);
      await notify(tx, 'accounts', [accountId]);
      return true;
    },

    /** Gone for good, with its tokens. Returns those that were there. */
    async delete(tx: Tx, numbers: readonly number[]) {
      const rows = await tx.$queryRaw<{ id: string; name: string; number: number }[]>`
        DELETE FROM accounts a USING vault_tokens v
        WHERE v.account_id = a.id AND v.deleted_until IS NULL
          AND v.number = ANY (${[...numbers]}::int[])
        RETURNING a.id::text AS id, a.name, v.number`;
      if (rows.length > 0)
        await notify(
          tx,
          'accounts',
          rows.map(({ id }) => id),
        );
      return rows;
    },

    /** Sealed addresses of proxies. */
    proxies: () => db.proxy.findMany({ select: { id: true, url: true } }),

    /** All accounts with what they go through, by number. */
    ways: (tx: Tx) =>
      tx.vaultToken.findMany({
        orderBy: { number: 'asc' },
        select: {
          ...{ accountId: true, proxyId: true, clientId: true },
          account: { select: { platformId: true } },
        },
      }),

    /** Gives each of these accounts a proxy or a client. */
    async assign(
      tx: Tx,
      column: 'proxy_id' | 'client_id',
      moves: readonly { accountId: string; to: string | null }[],
    ): Promise<void> {
      if (moves.length === 0) return;
      await tx.$executeRawUnsafe(
        `UPDATE vault_tokens v SET ${column} = m.target::uuid, updated_at = now()
         FROM unnest($1::uuid[], $2::text[]) m(id, target) WHERE v.account_id = m.id`,
        moves.map(({ accountId }) => accountId),
        moves.map(({ to }) => to),
      );
      await notify(
        tx,
        'accounts',
        moves.map(({ accountId }) => accountId),
      );
    },
  };
}

/** Off = used by nobody; on again, one whose token is no good any more is expired. */
async function switchTo(
  tx: Tx,
  accountId: string,
  enabled: boolean,
  { actorId, at }: { at: Date; actorId: string | null },
): Promise<void> {
  const [row] = await tx.$queryRaw<{ state: string; failure: string | null }[]>`
    SELECT a.state::text AS state, v.failure FROM accounts a
    JOIN vault_tokens v ON v.account_id = a.id WHERE a.id = ${accountId}::uuid FOR UPDATE OF a`;
  if (!row || (row.state !== 'disabled') === enabled) return;
  const isOver = row.failure !== null && FINAL.has(row.failure);
  const state = enabled ? (isOver ? 'expired' : 'active') : 'disabled';
  const cause = enabled ? (isOver ? 'credential' : null) : 'person';
  await tx.account.updateMany({
    where: { id: accountId },
    data: { state, stateCause: cause, stateSince: at, stateUntil: null, strikes: {} },
  });
  await tx.accountEvent.create({
    data: { id: newId(), accountId, at, kind: 'state', state, cause, actorId },
  });
}
