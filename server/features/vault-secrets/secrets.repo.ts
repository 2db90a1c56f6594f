import { SecretScope } from '#shared/schemas/vault-secrets.ts';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import { notify } from '../../infra/prisma/notify.ts';
import type { Noting } from '../audit/index.ts';

const SELECT = {
  ...{ id: true, name: true, prefix: true, scopes: true, tags: true, bizIds: true },
  ...{ createdBy: true, createdAt: true, expiresAt: true, revokedAt: true, lastUsedAt: true },
} as const;

export type SecretRow = {
  id: string;
  name: string;
  prefix: string;
  scopes: string[];
  tags: string[];
  bizIds: string[];
  createdBy: string | null;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
};
export type SecretSettings = Pick<SecretRow, 'name' | 'scopes' | 'tags' | 'bizIds' | 'expiresAt'>;

/** A secret as it is looked up. */
export type KnownSecret = {
  secretId: string;
  secretHash: string;
  name: string;
  scopes: SecretScope[];
  tags: string[];
  bizIds: string[];
  /** Epoch ms. */
  expiresAt: number | null;
  revoked: boolean;
};

export type SecretsRepo = ReturnType<typeof createSecretsRepo>;

/** Rows of `vault_secrets`. Those that ended stay, for the log names them. */
export function createSecretsRepo(db: Db) {
  return {
    /** Newest first, with the names of who made them. */
    async all(most: number): Promise<(SecretRow & { creator: string })[]> {
      const rows = await db.vaultSecret.findMany({
        select: SELECT,
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: most,
      });
      const ids = rows.flatMap(({ createdBy }) => createdBy ?? []);
      const people = await db.user.findMany({
        where: { id: { in: ids } },
        select: { id: true, displayName: true },
      });
      const names = new Map(people.map(({ displayName, id }) => [id, displayName]));
      return rows.map((row) => ({ ...row, creator: names.get(row.createdBy ?? '') ?? '' }));
    },

    /** How many are good for something still. */
    inUse: (now: Date): Promise<number> =>
      db.vaultSecret.count({
        where: { revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] },
      }),

    insert(
      row: SecretSettings &
        Pick<SecretRow, 'id' | 'prefix' | 'createdBy' | 'createdAt'> & {
          secretHash: string;
        },
      noting: Noting<SecretRow>,
    ): Promise<SecretRow> {
      return withTx(db, async (tx) => {
        const made = await tx.vaultSecret.create({ data: row, select: SELECT });
        await notify(tx, 'secrets', [made.id]);
        await noting(tx, null, made);
        return made;
      });
    },

    /** Null when there is none. */
    change(
      id: string,
      change: (before: SecretRow) => Partial<SecretSettings & Pick<SecretRow, 'revokedAt'>>,
      noting: Noting<SecretRow>,
    ): Promise<SecretRow | null> {
      return withTx(db, async (tx) => {
        const before = await lock(tx, id);
        if (!before) return null;
        const data = change(before);
        const after = await tx.vaultSecret.update({ where: { id }, data, select: SELECT });
        await notify(tx, 'secrets', [id]);
        await noting(tx, before, after);
        return after;
      });
    },

    /** By SHA-256 (hex); what is not in the answer does not exist. */
    async known(hashes: readonly string[]): Promise<Map<string, KnownSecret>> {
      const rows = await db.vaultSecret.findMany({
        where: { secretHash: { in: [...hashes] } },
        select: { ...SELECT, secretHash: true },
      });
      return new Map(rows.map((row) => [row.secretHash, knownOf(row)]));
    },

    /** Moves `last_used_at` forward, never back. */
    async touch(id: string, at: Date): Promise<void> {
      await db.vaultSecret.updateMany({
        where: { id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: at } }] },
        data: { lastUsedAt: at },
      });
    },
  };
}

async function lock(tx: Tx, id: string): Promise<SecretRow | null> {
  await tx.$queryRaw`SELECT 1 AS locked FROM vault_secrets WHERE id = ${id}::uuid FOR UPDATE`;
  return tx.vaultSecret.findUnique({ where: { id }, select: SELECT });
}

function knownOf(row: SecretRow & { secretHash: string }): KnownSecret {
  const { bizIds, expiresAt, id, name, revokedAt, secretHash, tags } = row;
  return {
    ...{ secretId: id, secretHash, name, tags, bizIds },
    scopes: scopesOf(row.scopes),
    expiresAt: expiresAt?.getTime() ?? null,
    revoked: revokedAt !== null,
  };
}

/** A scope that only a newer server knows is for nothing here. */
export function scopesOf(scopes: readonly string[]): SecretScope[] {
  return SecretScope.options.filter((scope) => scopes.includes(scope));
}
