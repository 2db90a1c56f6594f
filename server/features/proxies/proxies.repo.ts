import type { ProxyHealth } from '#shared/schemas/proxies.ts';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import { Prisma } from '../../infra/prisma/generated/client.ts';
import { notify } from '../../infra/prisma/notify.ts';
import type { Noting } from '../audit/index.ts';

/** What the request path needs of a proxy; `url` is sealed. */
export type StoredProxy = { id: string; name: string; url: string; enabled: boolean };

export type ProxyRow = StoredProxy & {
  number: number;
  shown: string;
  health: string;
  latencyMs: number | null;
  checkedAt: Date | null;
  lastError: string | null;
  createdAt: Date;
};

export type ProxyWrite = { name?: string; url?: string; shown?: string; enabled?: boolean };

/** What a check found. */
export type Checked = {
  health: ProxyHealth;
  latencyMs: number | null;
  lastError: string | null;
  at: Date;
};

const SELECT = {
  ...{ id: true, number: true, name: true, url: true, shown: true, enabled: true, health: true },
  ...{ latencyMs: true, checkedAt: true, lastError: true, createdAt: true },
} as const;

export type ProxiesRepo = ReturnType<typeof createProxiesRepo>;

/** Rows of `proxies`, and the accounts that go through them. */
export function createProxiesRepo(db: Db) {
  return {
    stored: (): Promise<StoredProxy[]> =>
      db.proxy.findMany({ select: { id: true, name: true, url: true, enabled: true } }),

    /** All of them by name, each with the number of accounts that go through it. */
    async all(): Promise<(ProxyRow & { accounts: number })[]> {
      const rows = await db.proxy.findMany({
        select: { ...SELECT, _count: { select: { tokens: true } } },
        orderBy: [{ name: 'asc' }],
      });
      return rows.map(({ _count, ...row }) => ({ ...row, accounts: _count.tokens }));
    },

    find: (id: string): Promise<ProxyRow | null> =>
      db.proxy.findUnique({ where: { id }, select: SELECT }),

    async usersOf(id: string, most: number) {
      const where = { proxyId: id };
      const [total, rows] = await Promise.all([
        db.vaultToken.count({ where }),
        db.vaultToken.findMany({
          where,
          select: { email: true, account: { select: { id: true, name: true, platformId: true } } },
          orderBy: { number: 'asc' },
          take: most,
        }),
      ]);
      return { total, accounts: rows.map(({ account, email }) => ({ ...account, email })) };
    },

    /** Adds those whose name is free; returns how many. `noting` is called for each. */
    insert(
      rows: readonly (StoredProxy & { shown: string })[],
      noting: Noting<ProxyRow>,
    ): Promise<number> {
      return withTx(
        db,
        async (tx) => {
          const made = await tx.proxy.createManyAndReturn({
            data: [...rows],
            skipDuplicates: true,
            select: SELECT,
          });
          if (made.length > 0) await notify(tx, 'proxies', []);
          for (const row of made) await noting(tx, null, row);
          return made.length;
        },
        { timeoutMs: 30_000 },
      );
    },

    count: (): Promise<number> => db.proxy.count(),

    /** Null when there is none; `taken` when another one has the name. */
    async update(
      id: string,
      change: ProxyWrite,
      noting: Noting<ProxyRow>,
    ): Promise<ProxyRow | 'taken' | null> {
      // Another address is another proxy, of which nothing is known yet.
      const fresh =
        change.url === undefined ? {} : { health: 'unknown', latencyMs: null, lastError: null };
      try {
        return await withTx(db, async (tx) => {
          const before = await lock(tx, id);
          if (!before) return null;
          const data = { ...change, ...fresh };
          const row = await tx.proxy.update({ where: { id }, data, select: SELECT });
          await notify(tx, 'proxies', [id]);
          await noting(tx, before, row);
          return row;
        });
      } catch (error) {
        if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
          return 'taken';
        }
        throw error;
      }
    },

    /** Deletes it unless accounts go through it; returns how many do, null when there is none. */
    delete(id: string, noting: Noting<ProxyRow>): Promise<number | null> {
      return withTx(db, async (tx) => {
        const before = await lock(tx, id);
        if (!before) return null;
        const users = await tx.vaultToken.count({ where: { proxyId: id } });
        if (users > 0) return users;
        await tx.proxy.delete({ where: { id } });
        await notify(tx, 'proxies', [id]);
        await noting(tx, before, null);
        return 0;
      });
    },

    /**
     * Gives the accounts of a proxy to others, `shares` telling how many each gets; what is left when
     * nobody gets any goes without. Returns how many went.
     */
    move(
      id: string,
      shares: (accounts: number) => readonly { id: string | null; accounts: number }[],
      note: (tx: Tx, moved: number) => Promise<void>,
    ): Promise<number> {
      return withTx(
        db,
        async (tx) => {
          await tx.$queryRaw`SELECT 1 AS locked FROM proxies WHERE id = ${id}::uuid FOR UPDATE`;
          const rows = await tx.$queryRaw<{ id: string }[]>`
            SELECT account_id AS id FROM vault_tokens WHERE proxy_id = ${id}::uuid
            ORDER BY number FOR UPDATE`;
          const ids = rows.map((row) => row.id);
          let from = 0;
          for (const share of shares(ids.length)) {
            const part = ids.slice(from, from + share.accounts);
            from += share.accounts;
            if (part.length === 0) continue;
            await tx.vaultToken.updateMany({
              where: { accountId: { in: part } },
              data: { proxyId: share.id },
            });
          }
          await notify(tx, 'accounts', ids);
          await note(tx, ids.length);
          return ids.length;
        },
        { timeoutMs: 30_000 },
      );
    },

    /** Those not checked since then, each taken by one server only. */
    async takeDue(since: Date, now: Date, most: number): Promise<ProxyRow[]> {
      const rows = await db.$queryRaw<{ id: string }[]>`
        UPDATE proxies SET checked_at = ${now}
        WHERE id IN (SELECT id FROM proxies
          WHERE enabled AND (checked_at IS NULL OR checked_at < ${since})
          ORDER BY checked_at NULLS FIRST LIMIT ${most} FOR UPDATE SKIP LOCKED)
        RETURNING id::text AS id`;
      return db.proxy.findMany({ where: { id: { in: rows.map(({ id }) => id) } }, select: SELECT });
    },

    /** Writes what a check found, unless the address was changed meanwhile. */
    async noteCheck(
      { id, url }: Pick<StoredProxy, 'id' | 'url'>,
      found: Checked,
    ): Promise<boolean> {
      const { at, ...facts } = found;
      const { count } = await db.proxy.updateMany({
        where: { id, url },
        data: { ...facts, checkedAt: at },
      });
      return count === 1;
    },
  };
}

async function lock(tx: Tx, id: string): Promise<ProxyRow | null> {
  await tx.$queryRaw`SELECT 1 AS locked FROM proxies WHERE id = ${id}::uuid FOR UPDATE`;
  return tx.proxy.findUnique({ where: { id }, select: SELECT });
}
