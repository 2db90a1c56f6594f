import { Protocol } from '#shared/schemas/platforms.ts';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import { Prisma } from '../../infra/prisma/generated/client.ts';
import { notify } from '../../infra/prisma/notify.ts';
import type { CustomPlatform } from '../../platforms/custom.ts';
import type { Noting } from '../audit/index.ts';

const SELECT = { id: true, name: true, protocol: true, baseUrl: true } as const;

export type PlatformsRepo = ReturnType<typeof createPlatformsRepo>;

/** Rows of `platforms`, and what hangs on a platform in other tables. */
export function createPlatformsRepo(db: Db) {
  return {
    async all(): Promise<CustomPlatform[]> {
      return (await db.platform.findMany({ select: SELECT })).map(toCustom);
    },

    /** Accounts on each platform: all of them, or those one person owns or may use. */
    async countAccounts(viewer: { userId: string } | 'all'): Promise<Map<string, number>> {
      const groups = await db.account.groupBy({
        by: ['platformId'],
        _count: true,
        ...(viewer !== 'all' && { where: { OR: [{ ownerId: viewer.userId }, { shared: true }] } }),
      });
      return new Map(groups.map((group) => [group.platformId, group._count]));
    },

    /** Returns false when the id is taken. */
    create(row: CustomPlatform, noting: Noting<CustomPlatform>): Promise<boolean> {
      return withTx(db, async (tx) => {
        const made = await tx.platform.createMany({ data: [row], skipDuplicates: true });
        if (made.count === 0) return false;
        await notify(tx, 'platforms', [row.id]);
        await noting(tx, null, row);
        return true;
      });
    },

    /** Returns null when there is none of that id. */
    update(
      id: string,
      change: Partial<Omit<CustomPlatform, 'id'>>,
      noting: Noting<CustomPlatform>,
    ): Promise<CustomPlatform | null> {
      return withTx(db, async (tx) => {
        const before = await lock(tx, id);
        if (!before) return null;
        const row = await tx.platform.update({ where: { id }, data: change, select: SELECT });
        await notify(tx, 'platforms', [id]);
        await noting(tx, before, toCustom(row));
        return toCustom(row);
      });
    },

    /** Deletes it, unless accounts or routes use it: then it tells how many. Null when there is none. */
    delete(
      id: string,
      noting: Noting<CustomPlatform>,
    ): Promise<{ accounts: number; routes: number } | null> {
      return withTx(db, async (tx) => {
        const before = await lock(tx, id);
        if (!before) return null;
        const accounts = await tx.account.count({ where: { platformId: id } });
        const routes = await tx.route.count({ where: { platformId: id } });
        if (accounts + routes > 0) return { accounts, routes };
        await tx.platform.delete({ where: { id } });
        await notify(tx, 'platforms', [id]);
        await noting(tx, before, null);
        return { accounts, routes };
      });
    },
  };
}

/** The row as it is until `tx` ends; null when there is none. */
async function lock(tx: Tx, id: string): Promise<CustomPlatform | null> {
  await tx.$queryRaw`SELECT 1 AS locked FROM platforms WHERE id = ${id} FOR UPDATE`;
  const row = await tx.platform.findUnique({ where: { id }, select: SELECT });
  return row && toCustom(row);
}

/**
 * Keeps added platforms from being deleted until the transaction ends, because accounts and routes name
 * platforms without a foreign key. Returns those of the given ids that exist.
 */
export async function holdPlatforms(tx: Tx, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM platforms WHERE id IN (${Prisma.join(ids)}) FOR SHARE`;
  return new Set(rows.map((row) => row.id));
}

function toCustom(row: { id: string; name: string; protocol: string; baseUrl: string }) {
  return { ...row, protocol: Protocol.parse(row.protocol) };
}
