import { newId } from '../../infra/ids.ts';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import { notify } from '../../infra/prisma/notify.ts';
import type { Assignment, AssignTarget } from './assign-plan.ts';

/** An account of the vault as batches see it: no token in it. */
export type BatchAccount = {
  accountId: string;
  ownerId: string;
  platformId: string;
  bizId: string;
  name: string;
  email: string | null;
  proxyId: string | null;
  clientId: string | null;
};

/** Who may be concerned: everybody's accounts, or those of one person. */
export type BatchScope = 'all' | { ownerId: string };

/** An account as a person takes it along. */
export type ExportedAccount = Awaited<ReturnType<VaultBatchRepo['exported']>>[number];

const LONGEST_MS = 30_000;
/** Values of one statement; PostgreSQL takes 65,535. */
const ASKED_AT_ONCE = 5_000;

/** What batches read and change of `vault_tokens` and their `accounts`. Deleted ones are not there. */
export function createVaultBatchRepo(db: Db) {
  const inTx = <Result>(work: (tx: Tx) => Promise<Result>) =>
    withTx(db, work, { timeoutMs: LONGEST_MS });

  return {
    inTx,

    /** Those of these accounts that are there and in scope. */
    async accounts(ids: readonly string[], scope: BatchScope): Promise<BatchAccount[]> {
      const found: BatchAccount[] = [];
      for (const part of parts(ids)) {
        const rows = await db.vaultToken.findMany({
          where: {
            accountId: { in: part },
            deletedUntil: null,
            ...(scope !== 'all' && { account: scope }),
          },
          orderBy: { number: 'desc' },
          select: {
            accountId: true,
            bizId: true,
            email: true,
            proxyId: true,
            clientId: true,
            account: { select: { ownerId: true, platformId: true, name: true } },
          },
        });
        found.push(...rows.map(({ account, ...row }) => ({ ...row, ...account })));
      }
      return found;
    },

    /** When a token was last refreshed; null = never, undefined = there is no such account. */
    async refreshedAt(accountId: string): Promise<Date | null | undefined> {
      const row = await db.vaultToken.findFirst({
        where: { accountId, deletedUntil: null },
        select: { refreshedAt: true },
      });
      return row?.refreshedAt;
    },

    /** The business ids of those of these accounts that were made since. */
    async bizIds(ids: readonly string[], since: Date): Promise<Map<string, string>> {
      const rows = await db.vaultToken.findMany({
        where: { accountId: { in: [...ids] }, createdAt: { gte: since } },
        select: { accountId: true, bizId: true },
      });
      return new Map(rows.map(({ accountId, bizId }) => [accountId, bizId]));
    },

    /** Adds and removes tags; the ids of those that are there. */
    tag: (ids: readonly string[], add: readonly string[], remove: readonly string[]) =>
      inTx(async (tx) => {
        const rows = await tx.$queryRaw<{ id: string }[]>`
          UPDATE vault_tokens SET updated_at = now(), tags = ARRAY(
            SELECT DISTINCT t FROM unnest(tags || ${[...add]}::text[]) t
            WHERE t <> ALL (${[...remove]}::text[]) ORDER BY t)
          WHERE account_id = ANY (${[...ids]}::uuid[]) AND deleted_until IS NULL
          RETURNING account_id AS id`;
        return rows.map(({ id }) => id);
      }),

    /** Switches accounts off, or on again: one whose token is no good any more stays expired. */
    enable: (ids: readonly string[], on: boolean, by: { at: Date; actorId: string | null }) =>
      inTx(async (tx) => {
        const there = await tx.$queryRaw<{ id: string; state: string; failure: string | null }[]>`
          SELECT a.id, a.state::text AS state, v.failure FROM accounts a
          JOIN vault_tokens v ON v.account_id = a.id
          WHERE a.id = ANY (${[...ids]}::uuid[]) AND v.deleted_until IS NULL FOR UPDATE OF a`;
        const moved = there.filter(({ state }) => (state === 'disabled') === on);
        const ended = moved.filter(({ failure }) => on && failure !== null && FINAL.has(failure));
        await move(tx, 'expired', 'credential', idsOf(ended), by);
        const rest = moved.filter((row) => !ended.includes(row));
        if (on) await move(tx, 'active', null, idsOf(rest), by);
        else await move(tx, 'disabled', 'person', idsOf(rest), by);
        if (moved.length > 0) await notify(tx, 'accounts', idsOf(moved));
        return { there: idsOf(there), moved: idsOf(moved) };
      }),

    /** Whether tokens are refreshed by themselves. */
    autoRefresh: (ids: readonly string[], on: boolean, at: Date) =>
      inTx(async (tx) => {
        const rows = await tx.$queryRaw<{ id: string }[]>`
          UPDATE vault_tokens SET auto_refresh = ${on}, updated_at = ${at}
          WHERE account_id = ANY (${[...ids]}::uuid[]) AND deleted_until IS NULL
          RETURNING account_id AS id`;
        const there = idsOf(rows);
        // The schedule plans what has no plan yet once it hears of it.
        if (there.length > 0) await notify(tx, 'accounts', there);
        return there;
      }),

    /** Gives each its proxy or client; the ids of those that are there. */
    assign: (what: 'proxy' | 'client', moves: readonly Assignment[]) =>
      inTx(async (tx) => {
        const column = what === 'proxy' ? 'proxy_id' : 'client_id';
        const rows = await tx.$queryRawUnsafe<{ id: string }[]>(
          `UPDATE vault_tokens v SET ${column} = m.target::uuid, updated_at = now()
           FROM unnest($1::uuid[], $2::text[]) m(id, target)
           WHERE v.account_id = m.id AND v.deleted_until IS NULL RETURNING v.account_id AS id`,
          moves.map(({ accountId }) => accountId),
          moves.map(({ to }) => to),
        );
        const ids = rows.map(({ id }) => id);
        if (ids.length > 0) await notify(tx, 'accounts', ids);
        return ids;
      }),

    /** Proxies that are on, or clients, by their ids. */
    async targets(what: 'proxy' | 'client', ids: readonly string[]): Promise<AssignTarget[]> {
      const where = { id: { in: [...ids] } };
      if (what === 'client') {
        const select = { id: true, name: true, platformId: true };
        return db.oAuthClient.findMany({ where, select, orderBy: { number: 'asc' } });
      }
      const rows = await db.proxy.findMany({
        where: { ...where, enabled: true },
        select: { id: true, name: true },
        orderBy: { number: 'asc' },
      });
      return rows.map((row) => ({ ...row, platformId: null }));
    },

    /** All a person may choose from. */
    async choices(what: 'proxy' | 'client'): Promise<AssignTarget[]> {
      if (what === 'client') {
        const select = { id: true, name: true, platformId: true };
        return db.oAuthClient.findMany({ select, orderBy: { number: 'asc' }, take: 200 });
      }
      const rows = await db.proxy.findMany({
        where: { enabled: true },
        select: { id: true, name: true },
        orderBy: { number: 'asc' },
        take: 200,
      });
      return rows.map((row) => ({ ...row, platformId: null }));
    },

    /** Takes accounts out of every list and every use; the ids of those that are gone now. */
    delete: (jobId: string, ids: readonly string[], until: Date) =>
      inTx(async (tx) => {
        // NOTE: holds off an undo, and finds out that one was faster.
        const running = await tx.$queryRaw<unknown[]>`
          SELECT 1 FROM jobs WHERE id = ${jobId}::uuid AND state = 'running' FOR SHARE`;
        if (running.length === 0) return [];
        const rows = await tx.$queryRaw<{ id: string }[]>`
          UPDATE vault_tokens SET deleted_until = ${until}
          WHERE account_id = ANY (${[...ids]}::uuid[])
            AND (deleted_until IS NULL OR deleted_until = ${until})
          RETURNING account_id AS id`;
        const gone = rows.map(({ id }) => id);
        if (gone.length > 0) await notify(tx, 'accounts', gone);
        return gone;
      }),

    /** Brings back what the job deleted and is still there. */
    async undelete(tx: Tx, jobId: string, at: Date): Promise<number> {
      const rows = await tx.$queryRaw<{ id: string }[]>`
        UPDATE vault_tokens v SET deleted_until = NULL FROM job_items i
        WHERE i.job_id = ${jobId}::uuid AND i.state = 'done'
          AND v.account_id = (i.result->>'ref')::uuid AND v.deleted_until > ${at}
        RETURNING v.account_id AS id`;
      await tx.$executeRaw`
        UPDATE jobs SET input = input - 'undoUntil' WHERE id = ${jobId}::uuid`;
      if (rows.length > 0) {
        await notify(
          tx,
          'accounts',
          rows.map(({ id }) => id),
        );
      }
      return rows.length;
    },

    /** Removes what nobody brought back, with its tokens. Returns how many there were, `most` at most. */
    removeDeleted: (at: Date, most: number): Promise<number> =>
      inTx(async (tx) => {
        const rows = await tx.$queryRaw<{ id: string }[]>`
          DELETE FROM accounts WHERE id IN (
            SELECT account_id FROM vault_tokens WHERE deleted_until <= ${at}
            LIMIT ${most} FOR UPDATE SKIP LOCKED)
          RETURNING id`;
        if (rows.length > 0) {
          await notify(
            tx,
            'accounts',
            rows.map(({ id }) => id),
          );
        }
        return rows.length;
      }),

    /** All that is taken along of accounts, in the order of their numbers; tokens still sealed. */
    async exported(ids: readonly string[]) {
      const select = {
        accountId: true,
        number: true,
        bizId: true,
        email: true,
        userName: true,
        plan: true,
        tags: true,
        memo: true,
        autoRefresh: true,
        accessExpiresAt: true,
        refreshedAt: true,
        failure: true,
        createdAt: true,
        refreshToken: true,
        proxy: { select: { name: true } },
        client: { select: { name: true } },
        account: { select: { platformId: true, name: true, state: true } },
      } as const;
      const find = (part: string[]) =>
        db.vaultToken.findMany({
          where: { accountId: { in: part }, deletedUntil: null },
          orderBy: { number: 'asc' },
          select,
        });
      const found: Awaited<ReturnType<typeof find>> = [];
      for (const part of parts(ids)) found.push(...(await find(part)));
      return found;
    },

    /** The sealed access tokens of accounts that have one. */
    async accessTokens(ids: readonly string[]): Promise<Map<string, string>> {
      const rows = await db.account.findMany({
        where: { id: { in: [...ids] }, vaultToken: { deletedUntil: null } },
        select: { id: true, secret: true },
      });
      return new Map(rows.flatMap(({ id, secret }) => (secret === null ? [] : [[id, secret]])));
    },
  };
}
export type VaultBatchRepo = ReturnType<typeof createVaultBatchRepo>;

/** Failures that end a token: only another one helps. */
const FINAL: ReadonlySet<string> = new Set(['invalid', 'reused', 'revoked']);

const idsOf = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);

async function move(
  tx: Tx,
  state: 'active' | 'disabled' | 'expired',
  cause: string | null,
  ids: readonly string[],
  by: { at: Date; actorId: string | null },
): Promise<void> {
  if (ids.length === 0) return;
  await tx.account.updateMany({
    where: { id: { in: [...ids] } },
    data: { state, stateCause: cause, stateSince: by.at, stateUntil: null, strikes: {} },
  });
  await tx.accountModelState.deleteMany({ where: { accountId: { in: [...ids] } } });
  await tx.accountEvent.createMany({
    data: ids.map((accountId) => {
      return { id: newId(), accountId, kind: 'state', state, cause, ...by };
    }),
  });
}

function parts(ids: readonly string[]): string[][] {
  const found: string[][] = [];
  for (let from = 0; from < ids.length; from += ASKED_AT_ONCE) {
    found.push(ids.slice(from, from + ASKED_AT_ONCE));
  }
  return found;
}
