import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import type { Prisma } from '../../infra/prisma/generated/client.ts';
import { notify } from '../../infra/prisma/notify.ts';
import { type LimitSet, limitsOf, moreThanShown, saveLimits } from '../quotas/index.ts';

export type KeyRow = {
  id: string;
  ownerId: string;
  ownerName: string;
  name: string;
  description: string;
  prefix: string;
  rpm: number | null;
  tokensPerDay: number | null;
  /** Micro-dollars. */
  costPerDay: number | null;
  costPerMonth: number | null;
  /** How many other limits it has. */
  moreLimits: number;
  allowedModels: string[];
  scopes: string[];
  addresses: string[];
  /** Switched off since then. */
  disabledAt: Date | null;
  /** The secret before the last rotation works until then. */
  previousUntil: Date | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
  createdAt: Date;
};

type Limits = Pick<KeyRow, 'rpm' | 'tokensPerDay' | 'costPerDay' | 'costPerMonth'>;
type Settings = Pick<
  KeyRow,
  'name' | 'description' | 'allowedModels' | 'scopes' | 'addresses' | 'expiresAt'
>;

export type NewKey = Pick<KeyRow, 'id' | 'ownerId' | 'prefix'> &
  Limits &
  Settings & { secretHash: string; createdAt: Date };

export type KeyChange = {
  [Name in keyof (Limits & Settings)]?: KeyRow[Name] | undefined;
};

/** A new secret, and until when the present one works beside it. */
export type Rotation = { secretHash: string; prefix: string; previousUntil: Date };

/** Whose keys may be touched; null = everybody's, for admins. */
export type Whose = { ownerId: string | null };

const SELECT = {
  id: true,
  ownerId: true,
  name: true,
  description: true,
  prefix: true,
  allowedModels: true,
  scopes: true,
  addresses: true,
  disabledAt: true,
  previousUntil: true,
  expiresAt: true,
  revokedAt: true,
  lastUsedAt: true,
  createdAt: true,
  owner: { select: { username: true } },
} as const satisfies Prisma.ApiKeySelect;

/** Rows of `api_keys`; the hash of a secret never leaves it. Writers tell the replicas. */
export function createKeysRepo(db: Db) {
  async function find(client: Db | Tx, id: string, scope: Whose): Promise<KeyRow | null> {
    const row = await client.apiKey.findFirst({ where: within(id, scope), select: SELECT });
    return row && toRow(row, (await limitsOf(client, 'key', [id]))(id));
  }

  function changeMany(
    where: Prisma.ApiKeyWhereInput,
    ids: readonly string[],
    data: { revokedAt: Date } | { disabledAt: Date | null },
  ): Promise<number> {
    return withTx(db, async (tx) => {
      const { count } = await tx.apiKey.updateMany({ where, data });
      if (count > 0) await notify(tx, 'keys', ids);
      return count;
    });
  }

  return {
    /** Newest first. */
    async list({ ownerId }: Whose): Promise<KeyRow[]> {
      const rows = await db.apiKey.findMany({
        where: ownerId === null ? {} : { ownerId },
        select: SELECT,
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      });
      const limits = await limitsOf(
        db,
        'key',
        rows.map(({ id }) => id),
      );
      return rows.map((row) => toRow(row, limits(row.id)));
    },

    find: (id: string, scope: Whose) => find(db, id, scope),

    insert(key: NewKey): Promise<KeyRow> {
      return withTx(db, async (tx) => {
        const { rpm, tokensPerDay, costPerDay, costPerMonth, ...data } = key;
        const row = await tx.apiKey.create({ data, select: SELECT });
        await saveLimits(tx, 'key', key.id, { rpm, tokensPerDay, costPerDay, costPerMonth });
        await notify(tx, 'keys', [key.id]);
        return toRow(row, (await limitsOf(tx, 'key', [key.id]))(key.id));
      });
    },

    /** What is undefined stays. Null when there is no such key in scope that is not revoked. */
    update(id: string, scope: Whose, change: KeyChange): Promise<KeyRow | null> {
      return withTx(db, async (tx) => {
        const { count } = await tx.apiKey.updateMany({
          where: { ...within(id, scope), revokedAt: null },
          data: columns(change),
        });
        if (count === 0) return null;
        const { rpm, tokensPerDay, costPerDay, costPerMonth } = change;
        await saveLimits(tx, 'key', id, { rpm, tokensPerDay, costPerDay, costPerMonth });
        await notify(tx, 'keys', [id]);
        return find(tx, id, scope);
      });
    },

    /** Revokes it, once: a second time keeps the first time's date. Null when not in scope. */
    revoke(id: string, scope: Whose, at: Date): Promise<KeyRow | null> {
      return withTx(db, async (tx) => {
        await tx.apiKey.updateMany({
          where: { ...within(id, scope), revokedAt: null },
          data: { revokedAt: at },
        });
        await notify(tx, 'keys', [id]);
        return find(tx, id, scope);
      });
    },

    /** As `revoke`, for many at once. Resolves with how many it ended; others are passed over. */
    revokeMany(ids: readonly string[], scope: Whose, at: Date): Promise<number> {
      return changeMany({ ...withinAll(ids, scope), revokedAt: null }, ids, { revokedAt: at });
    },

    /** Switches keys off (since when) or on (null). Resolves with how many that changed. */
    switchMany(ids: readonly string[], scope: Whose, disabledAt: Date | null): Promise<number> {
      const before = disabledAt === null ? { not: null } : null;
      const where = { ...withinAll(ids, scope), revokedAt: null, disabledAt: before };
      return changeMany(where, ids, { disabledAt });
    },

    /**
     * Gives it another secret. The one before the present one ends with it, if it still worked. Null
     * when there is no such key in scope that is not revoked.
     */
    rotate(id: string, scope: Whose, rotation: Rotation): Promise<KeyRow | null> {
      return withTx(db, async (tx) => {
        const { secretHash, prefix, previousUntil } = rotation;
        // One statement, so that of two rotations at once neither loses the other's secret.
        const changed = await tx.$executeRaw`
          UPDATE api_keys SET previous_hash = secret_hash, previous_until = ${previousUntil},
                 secret_hash = ${secretHash}, prefix = ${prefix}, updated_at = now()
           WHERE id = ${id}::uuid AND revoked_at IS NULL
             AND (${scope.ownerId}::uuid IS NULL OR owner_id = ${scope.ownerId}::uuid)`;
        if (changed === 0) return null;
        await notify(tx, 'keys', [id]);
        return find(tx, id, scope);
      });
    },

    /** Ends the secret before the last rotation, where that is not over. Null when not in scope. */
    endOverlap(id: string, scope: Whose, at: Date): Promise<KeyRow | null> {
      return withTx(db, async (tx) => {
        await tx.apiKey.updateMany({
          where: { ...within(id, scope), previousUntil: { gt: at } },
          data: { previousUntil: at },
        });
        await notify(tx, 'keys', [id]);
        return find(tx, id, scope);
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

function toRow(
  { owner, ...row }: Prisma.ApiKeyGetPayload<{ select: typeof SELECT }>,
  limits: LimitSet,
): KeyRow {
  return {
    ...row,
    ownerName: owner.username,
    rpm: limits.rpm,
    tokensPerDay: limits.tokensPerDay,
    costPerDay: limits.costPerDay,
    costPerMonth: limits.costPerMonth,
    moreLimits: moreThanShown({ ...limits, costPerDay: null, costPerMonth: null }),
  };
}
