import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import type { Prisma } from '../../infra/prisma/generated/client.ts';
import { notify } from '../../infra/prisma/notify.ts';
import { type LimitSet, limitsOf, moreThanShown, saveLimits } from '../quotas/index.ts';

export type KeyRow = {
  id: string;
  ownerId: string;
  ownerName: string;
  name: string;
  prefix: string;
  rpm: number | null;
  tokensPerDay: number | null;
  /** How many other limits it has. */
  moreLimits: number;
  allowedModels: string[];
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
  createdAt: Date;
};

export type NewKey = Pick<
  KeyRow,
  'id' | 'ownerId' | 'name' | 'prefix' | 'rpm' | 'tokensPerDay' | 'allowedModels' | 'expiresAt'
> & { secretHash: string; createdAt: Date };

export type KeyChange = {
  [Name in 'name' | 'rpm' | 'tokensPerDay' | 'allowedModels' | 'expiresAt']?:
    | KeyRow[Name]
    | undefined;
};

/** Whose keys may be touched; null = everybody's, for admins. */
export type KeyScope = { ownerId: string | null };

const SELECT = {
  id: true,
  ownerId: true,
  name: true,
  prefix: true,
  allowedModels: true,
  expiresAt: true,
  revokedAt: true,
  lastUsedAt: true,
  createdAt: true,
  owner: { select: { username: true } },
} as const satisfies Prisma.ApiKeySelect;

/** Rows of `api_keys`; the hash of a secret never leaves it. Writers tell the replicas. */
export function createKeysRepo(db: Db) {
  async function find(client: Db | Tx, id: string, scope: KeyScope): Promise<KeyRow | null> {
    const row = await client.apiKey.findFirst({ where: within(id, scope), select: SELECT });
    return row && toRow(row, (await limitsOf(client, 'key', [id]))(id));
  }

  return {
    /** Newest first. */
    async list({ ownerId }: KeyScope): Promise<KeyRow[]> {
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

    find: (id: string, scope: KeyScope) => find(db, id, scope),

    insert(key: NewKey): Promise<KeyRow> {
      return withTx(db, async (tx) => {
        const { rpm, tokensPerDay, ...data } = key;
        const row = await tx.apiKey.create({ data, select: SELECT });
        await saveLimits(tx, 'key', key.id, { rpm, tokensPerDay });
        await notify(tx, 'keys', [key.id]);
        return toRow(row, (await limitsOf(tx, 'key', [key.id]))(key.id));
      });
    },

    /** What is undefined stays. Null when there is no such key in scope that is not revoked. */
    update(id: string, scope: KeyScope, change: KeyChange): Promise<KeyRow | null> {
      return withTx(db, async (tx) => {
        const { count } = await tx.apiKey.updateMany({
          where: { ...within(id, scope), revokedAt: null },
          data: columns(change),
        });
        if (count === 0) return null;
        await saveLimits(tx, 'key', id, { rpm: change.rpm, tokensPerDay: change.tokensPerDay });
        await notify(tx, 'keys', [id]);
        return find(tx, id, scope);
      });
    },

    /** Revokes it, once: a second time keeps the first time's date. Null when not in scope. */
    revoke(id: string, scope: KeyScope, at: Date): Promise<KeyRow | null> {
      return withTx(db, async (tx) => {
        await tx.apiKey.updateMany({
          where: { ...within(id, scope), revokedAt: null },
          data: { revokedAt: at },
        });
        await notify(tx, 'keys', [id]);
        return find(tx, id, scope);
      });
    },
  };
}
export type KeysRepo = ReturnType<typeof createKeysRepo>;

function within(id: string, { ownerId }: KeyScope) {
  return ownerId === null ? { id } : { id, ownerId };
}

function columns({ name, allowedModels, expiresAt }: KeyChange) {
  return {
    ...(name !== undefined && { name }),
    ...(allowedModels !== undefined && { allowedModels }),
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
    moreLimits: moreThanShown(limits),
  };
}
