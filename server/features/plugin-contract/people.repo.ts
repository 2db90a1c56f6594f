import { type Permission, permissionsOf } from '#shared/permissions.ts';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import type { Prisma } from '../../infra/prisma/generated/client.ts';
import { notify } from '../../infra/prisma/notify.ts';

export type PersonRow = {
  id: string;
  username: string;
  displayName: string;
  state: 'active' | 'silenced' | 'disabled' | 'pending';
  preferShared: boolean;
  createdAt: Date;
  updatedAt: Date;
};

export type NewPerson = { id: string; displayName: string; preferShared: boolean; createdAt: Date };

/** A key as it is stored: the secret's hash, and its start. */
export type StoredKey = { id: string; secretHash: string; prefix: string; createdAt: Date };

/** What the key of a person is called that came with them, and that is the one renewed. */
export const KEY_NAME = 'Plug-in API';

const SELECT = {
  id: true,
  username: true,
  displayName: true,
  state: true,
  preferShared: true,
  createdAt: true,
  updatedAt: true,
} as const satisfies Prisma.UserSelect;

/** Rows of people and of the one key that each has there. */
export function createContractPeopleRepo(db: Db) {
  return {
    inTx: <Result>(work: (tx: Tx) => Promise<Result>) => withTx(db, work),

    /** Newest first. */
    list: (): Promise<PersonRow[]> =>
      db.user.findMany({ select: SELECT, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }] }),

    find: (id: string): Promise<PersonRow | null> =>
      db.user.findUnique({ where: { id }, select: SELECT }),

    /** Under the first of these names that is free. Null when none is. */
    async insert(tx: Tx, person: NewPerson, names: readonly string[]): Promise<PersonRow | null> {
      for (const username of names) {
        const data = [{ ...person, username, role: 'member' }];
        const { count } = await tx.user.createMany({ data, skipDuplicates: true });
        if (count === 0) continue;
        await notify(tx, 'users', [person.id]);
        return tx.user.findUniqueOrThrow({ where: { id: person.id }, select: SELECT });
      }
      return null;
    },

    /** What the person's role allows, held as it is until `tx` ends; null when nobody has the id. */
    async lock(tx: Tx, id: string): Promise<readonly Permission[] | null> {
      await tx.$queryRaw`SELECT 1 AS locked FROM users WHERE id = ${id}::uuid FOR UPDATE`;
      const row = await tx.user.findUnique({
        where: { id },
        select: { roleRow: { select: { id: true, builtIn: true, permissions: true } } },
      });
      return row && permissionsOf(row.roleRow);
    },

    async insertKey(tx: Tx, ownerId: string, key: StoredKey): Promise<void> {
      await tx.apiKey.create({
        data: { ...key, ownerId, name: KEY_NAME, allowedModels: [] },
        select: { id: true },
      });
      await notify(tx, 'keys', [key.id]);
    },

    /** The oldest key of that name that was not revoked. */
    findKey: (tx: Tx, ownerId: string): Promise<{ id: string; prefix: string } | null> =>
      tx.apiKey.findFirst({
        where: { ownerId, name: KEY_NAME, revokedAt: null },
        select: { id: true, prefix: true },
        orderBy: { number: 'asc' },
      }),

    /** The key's secret is this one from now on, and no other; it works, if it was switched off too. */
    async replaceSecret(
      tx: Tx,
      id: string,
      { prefix, secretHash }: Pick<StoredKey, 'prefix' | 'secretHash'>,
    ): Promise<void> {
      const ended = { previousHash: null, previousUntil: null, disabledAt: null, expiresAt: null };
      await tx.apiKey.update({
        where: { id },
        data: { prefix, secretHash, ...ended },
        select: { id: true },
      });
      await notify(tx, 'keys', [id]);
    },
  };
}
export type ContractPeopleRepo = ReturnType<typeof createContractPeopleRepo>;
