import type { UserView } from '#shared/schemas/users.ts';
import type { SsoPerson } from '#shared/sso-claims.ts';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import { notify } from '../../infra/prisma/notify.ts';

/** A person who may come in by an identity. */
export type Known = {
  id: string;
  username: string;
  role: string;
  state: UserView['state'];
  passwordHash: string | null;
};
const KNOWN = { id: true, username: true, role: true, state: true, passwordHash: true } as const;

export type StoredIdentity = {
  id: string;
  providerId: string;
  subject: string;
  username: string;
  email: string | null;
  createdAt: Date;
  lastUsedAt: Date | null;
};
const IDENTITY = {
  id: true,
  providerId: true,
  subject: true,
  username: true,
  email: true,
  createdAt: true,
  lastUsedAt: true,
} as const;

export type NewPerson = {
  id: string;
  username: string;
  displayName: string;
  role: string;
  state: 'active' | 'pending';
  /** Only a confirmed address. */
  email: string | null;
  createdAt: Date;
};

/** What a sign-in may change of a person. */
export type Refreshed = { avatarUrl?: string; trustLevel?: number; role?: string };

/** Rows of `identities`, and what of `users` they decide. */
export function createIdentitiesRepo(db: Db) {
  return {
    inTx: <Result>(work: (tx: Tx) => Promise<Result>) => withTx(db, work),

    /** Sign-ins with the same identity wait for each other, also while nobody has it yet. */
    async lockSubject(tx: Tx, providerId: string, subject: string): Promise<void> {
      await tx.$executeRaw`
        SELECT pg_advisory_xact_lock(hashtextextended(${`identity ${providerId} ${subject}`}, 0))`;
    },

    /** Whose identity this is, with their row held; null when nobody's. */
    async holderOf(tx: Tx, providerId: string, subject: string): Promise<Known | null> {
      const found = await tx.identity.findUnique({
        where: { providerId_subject: { providerId, subject } },
        select: { userId: true },
      });
      return found && (await lockPerson(tx, { id: found.userId }));
    },

    /** Who confirmed this address themselves, with their row held. */
    confirmed: (tx: Tx, email: string): Promise<Known | null> =>
      lockPerson(tx, { email, emailVerifiedAt: { not: null } }),

    person: (tx: Tx, id: string): Promise<Known | null> => lockPerson(tx, { id }),

    /** Keeps who somebody is there, as the service tells it now. */
    async save(
      tx: Tx,
      at: { id: string; providerId: string; userId: string; now: Date },
      person: SsoPerson,
    ): Promise<void> {
      const { id, now, providerId, userId } = at;
      const { avatarUrl, email, emailVerified, subject, username } = person;
      const told = { username, email, emailVerified, avatarUrl, lastUsedAt: now };
      await tx.identity.upsert({
        where: { providerId_subject: { providerId, subject } },
        create: { ...told, id, providerId, subject, userId, createdAt: now },
        update: told,
        select: { id: true },
      });
    },

    async refresh(tx: Tx, userId: string, change: Refreshed): Promise<void> {
      if (Object.keys(change).length === 0) return;
      await tx.user.update({ where: { id: userId }, data: change, select: { id: true } });
      await notify(tx, 'users', [userId]);
    },

    /** @returns false when the user name is taken. An address that somebody has is left out. */
    async addPerson(tx: Tx, { email, ...person }: NewPerson): Promise<boolean> {
      const free = email !== null && (await tx.user.count({ where: { email } })) === 0;
      const known = free ? { email, emailVerifiedAt: person.createdAt } : {};
      const { count } = await tx.user.createMany({
        data: [{ ...person, ...known }],
        skipDuplicates: true,
      });
      if (count > 0) await notify(tx, 'users', [person.id]);
      return count > 0;
    },

    async roleExists(tx: Tx, id: string): Promise<boolean> {
      return (await tx.role.count({ where: { id } })) > 0;
    },

    listOf: (userId: string): Promise<StoredIdentity[]> =>
      db.identity.findMany({
        where: { userId },
        select: IDENTITY,
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      }),

    /** The ways in besides identities. */
    async otherWays(tx: Tx | null, userId: string) {
      const row = await (tx ?? db).user.findUniqueOrThrow({
        where: { id: userId },
        select: { passwordHash: true, _count: { select: { passkeys: true } } },
      });
      return { hasPassword: row.passwordHash !== null, passkeys: row._count.passkeys };
    },

    /** Whether nothing but accounts elsewhere shows who somebody is: no password, passkey or app. */
    async provedElsewhereOnly(userId: string): Promise<boolean> {
      const none = { passwordHash: null, passkeys: { none: {} } };
      const noApp = { OR: [{ totp: null }, { totp: { confirmedAt: null } }] };
      return (await db.user.count({ where: { id: userId, ...none, ...noApp } })) > 0;
    },

    /** Whether this identity is this person's. It was used then. */
    async noteUse(
      identity: { providerId: string; subject: string; userId: string },
      now: Date,
    ): Promise<boolean> {
      const used = { where: identity, data: { lastUsedAt: now } };
      return (await db.identity.updateMany(used)).count > 0;
    },

    /** Everything a person has, with their row held. */
    async lockedListOf(tx: Tx, userId: string): Promise<StoredIdentity[]> {
      await lockPerson(tx, { id: userId });
      return await tx.identity.findMany({ where: { userId }, select: IDENTITY });
    },

    async delete(tx: Tx, id: string): Promise<void> {
      await tx.identity.delete({ where: { id }, select: { id: true } });
    },
  };
}
export type IdentitiesRepo = ReturnType<typeof createIdentitiesRepo>;

async function lockPerson(
  tx: Tx,
  where: { id: string } | { email: string; emailVerifiedAt: { not: null } },
): Promise<Known | null> {
  const found = await tx.user.findFirst({ where, select: { id: true } });
  if (!found) return null;
  await tx.$queryRaw`SELECT 1 AS locked FROM users WHERE id = ${found.id}::uuid FOR UPDATE`;
  // Read again, for who waited sees what they waited for.
  return await tx.user.findFirst({ where: { ...where, id: found.id }, select: KNOWN });
}
