import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import type { Prisma } from '../../infra/prisma/generated/client.ts';
import { notify } from '../../infra/prisma/notify.ts';
import type { Noting } from '../audit/index.ts';
import { limitsOf, saveLimits } from '../quotas/index.ts';
import { KEY_COLUMNS, type KeyRow, toKeyRow } from './key-row.ts';

type Limits = Pick<KeyRow, 'rpm' | 'tokensPerDay' | 'costPerDay' | 'costPerMonth'>;
type Settings = Pick<
  KeyRow,
  'name' | 'description' | 'allowedModels' | 'scopes' | 'addresses' | 'expiresAt'
>;

/** A key that was changed with others. */
export type KeyOfMany = Pick<KeyRow, 'id' | 'name' | 'ownerName' | 'disabledAt' | 'revokedAt'>;
/** What is called at the end of a change of many, with those that it changed. */
export type NotingMany = (tx: Tx, changed: readonly KeyOfMany[]) => Promise<void>;

export type NewKey = Pick<KeyRow, 'id' | 'ownerId' | 'prefix'> &
  Limits &
  Settings & { secretHash: string; family: string | null; createdAt: Date };

export type KeyChange = {
  [Name in keyof (Limits & Settings)]?: KeyRow[Name] | undefined;
};

/** A new secret, and until when the present one works beside it. */
export type Rotation = { secretHash: string; prefix: string; previousUntil: Date };

/** Whose keys may be touched; null = everybody's, for admins. */
export type Whose = { ownerId: string | null };

const OF_MANY = {
  id: true,
  name: true,
  disabledAt: true,
  revokedAt: true,
  owner: { select: { username: true } },
} as const satisfies Prisma.ApiKeySelect;

/** Rows of `api_keys`; the hash of a secret never leaves it. Writers tell the replicas. */
export function createKeysRepo(db: Db) {
  async function find(client: Db | Tx, id: string, scope: Whose): Promise<KeyRow | null> {
    const row = await client.apiKey.findFirst({ where: within(id, scope), select: KEY_COLUMNS });
    return row && toKeyRow(row, (await limitsOf(client, 'key', [id]))(id));
  }

  /** The row as it is until `tx` ends; null when it is not in scope. */
  async function lock(tx: Tx, id: string, scope: Whose): Promise<KeyRow | null> {
    await tx.$queryRaw`SELECT 1 AS locked FROM api_keys WHERE id = ${id}::uuid FOR UPDATE`;
    return find(tx, id, scope);
  }

  /**
   * Changes a key in scope and tells the replicas. Null when there is none, or when `change` says that
   * nothing is to be done to it.
   */
  function changeOne(
    id: string,
    scope: Whose,
    noting: Noting<KeyRow>,
    change: (tx: Tx, before: KeyRow) => Promise<boolean>,
  ): Promise<KeyRow | null> {
    return withTx(db, async (tx) => {
      const before = await lock(tx, id, scope);
      if (!before || !(await change(tx, before))) return null;
      await notify(tx, 'keys', [id]);
      const after = await find(tx, id, scope);
      await noting(tx, before, after);
      return after;
    });
  }

  function changeMany(
    where: Prisma.ApiKeyWhereInput,
    data: { revokedAt: Date } | { disabledAt: Date | null },
    noting: NotingMany,
  ): Promise<number> {
    return withTx(db, async (tx) => {
      const rows = await tx.apiKey.updateManyAndReturn({ where, data, select: OF_MANY });
      if (rows.length === 0) return 0;
      await notify(
        tx,
        'keys',
        rows.map(({ id }) => id),
      );
      await noting(
        tx,
        rows.map(({ owner, ...row }) => ({ ...row, ownerName: owner.username })),
      );
      return rows.length;
    });
  }

  return {
    /** Rows of these keys, in this order; what is gone is left out. */
    async rowsOf(ids: readonly string[]): Promise<KeyRow[]> {
      const found = await db.apiKey.findMany({
        where: { id: { in: [...ids] } },
        select: KEY_COLUMNS,
      });
      const limits = await limitsOf(db, 'key', ids);
      const rows = new Map(found.map((row) => [row.id, toKeyRow(row, limits(row.id))]));
      return ids.flatMap((id) => rows.get(id) ?? []);
    },

    find: (id: string, scope: Whose) => find(db, id, scope),

    /** Null when the owner has `most` of them already that are not revoked. */
    insert(key: NewKey, most: number, noting: Noting<KeyRow>): Promise<KeyRow | null> {
      return withTx(db, async (tx) => {
        // One after the other for each person, so that two at once cannot pass the bound together.
        await tx.$queryRaw`
          SELECT 1 AS locked FROM users WHERE id = ${key.ownerId}::uuid FOR NO KEY UPDATE`;
        const had = await tx.apiKey.count({ where: { ownerId: key.ownerId, revokedAt: null } });
        if (had >= most) return null;
        const { rpm, tokensPerDay, costPerDay, costPerMonth, ...data } = key;
        const row = await tx.apiKey.create({ data, select: KEY_COLUMNS });
        await saveLimits(tx, 'key', key.id, { rpm, tokensPerDay, costPerDay, costPerMonth });
        await notify(tx, 'keys', [key.id]);
        const made = toKeyRow(row, (await limitsOf(tx, 'key', [key.id]))(key.id));
        await noting(tx, null, made);
        return made;
      });
    },

    /** What is undefined stays. Null when there is no such key in scope that is not revoked. */
    update(
      id: string,
      scope: Whose,
      change: KeyChange,
      noting: Noting<KeyRow>,
    ): Promise<KeyRow | null> {
      return changeOne(id, scope, noting, async (tx, { revokedAt }) => {
        if (revokedAt !== null) return false;
        await tx.apiKey.update({ where: { id }, data: columns(change), select: { id: true } });
        const { rpm, tokensPerDay, costPerDay, costPerMonth } = change;
        await saveLimits(tx, 'key', id, { rpm, tokensPerDay, costPerDay, costPerMonth });
        return true;
      });
    },

    /** Revokes it, once: a second time keeps the first time's date. Null when not in scope. */
    revoke(id: string, scope: Whose, at: Date, noting: Noting<KeyRow>): Promise<KeyRow | null> {
      return changeOne(id, scope, noting, async (tx) => {
        await tx.apiKey.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: at } });
        return true;
      });
    },

    /** As `revoke`, for many at once. Resolves with how many it ended; others are passed over. */
    revokeMany(
      ids: readonly string[],
      scope: Whose,
      at: Date,
      noting: NotingMany,
    ): Promise<number> {
      const where = { ...withinAll(ids, scope), revokedAt: null };
      return changeMany(where, { revokedAt: at }, noting);
    },

    /** Switches keys off (since when) or on (null). Resolves with how many that changed. */
    switchMany(
      ids: readonly string[],
      scope: Whose,
      disabledAt: Date | null,
      noting: NotingMany,
    ): Promise<number> {
      const before = disabledAt === null ? { not: null } : null;
      const where = { ...withinAll(ids, scope), revokedAt: null, disabledAt: before };
      return changeMany(where, { disabledAt }, noting);
    },

    /**
     * Gives it another secret. The one before the present one ends with it, if it still worked. Null
     * when there is no such key in scope that is not revoked.
     */
    rotate(
      id: string,
      scope: Whose,
      rotation: Rotation,
      noting: Noting<KeyRow>,
    ): Promise<KeyRow | null> {
      return changeOne(id, scope, noting, async (tx, { revokedAt }) => {
        if (revokedAt !== null) return false;
        const { secretHash, prefix, previousUntil } = rotation;
        await tx.$executeRaw`
          UPDATE api_keys SET previous_hash = secret_hash, previous_until = ${previousUntil},
                 secret_hash = ${secretHash}, prefix = ${prefix}, updated_at = now()
           WHERE id = ${id}::uuid`;
        return true;
      });
    },

    /** Ends the secret before the last rotation, where that is not over. Null when not in scope. */
    endOverlap(id: string, scope: Whose, at: Date, noting: Noting<KeyRow>): Promise<KeyRow | null> {
      return changeOne(id, scope, noting, async (tx) => {
        await tx.apiKey.updateMany({
          where: { id, previousUntil: { gt: at } },
          data: { previousUntil: at },
        });
        return true;
      });
    },
  };
}
export type KeysRepo = ReturnType<typeof createKeysRepo>;

function within(id: string, { ownerId }: Whose) {
  return ownerId === null ? { id } : { id, ownerId };
}

function withinAll(ids: readonly string[], { ownerId }: Whose) {
  return { id: { in: [...ids] }, ...(ownerId !== null && { ownerId }) };
}

function columns(change: KeyChange) {
  const { name, description, allowedModels, scopes, addresses, expiresAt } = change;
  return {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(allowedModels !== undefined && { allowedModels }),
    ...(scopes !== undefined && { scopes }),
    ...(addresses !== undefined && { addresses }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}
