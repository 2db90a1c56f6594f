import type { WaitingPerson } from '#shared/schemas/registration.ts';
import type { Db, Tx } from '../../infra/prisma/client.ts';
import { withTx } from '../../infra/prisma/client.ts';
import type { Prisma } from '../../infra/prisma/generated/client.ts';
import type { Language } from './mail-texts.ts';

export type NewPerson = {
  id: string;
  username: string;
  displayName: string;
  email: string | null;
  role: string;
  state: 'active' | 'pending';
  passwordHash: string;
  language: Language;
  createdAt: Date;
};

/** Whom a mail goes to. */
export type Reader = { id: string; username: string; email: string; language: string };

export type NewLink = {
  id: string;
  userId: string;
  kind: 'welcome' | 'email';
  email: string;
  tokenHash: string;
  createdAt: Date;
  expiresAt: Date;
};

const EMAIL_LINKS = ['welcome', 'email'] as const;
/** Who never was here owns nothing yet. */
const NEVER_HERE = {
  state: 'pending',
  lastSeenAt: null,
  keys: { none: {} },
  accounts: { none: {} },
} as const;

/** What registering, confirming and waiting need of `users` and `invites`. */
export function createRegistrationRepo(db: Db) {
  return {
    inTx: <Result>(work: (tx: Tx) => Promise<Result>) => withTx(db, work),

    /** @returns false when the user name is taken. */
    async insert(tx: Tx, person: NewPerson): Promise<boolean> {
      const { count } = await tx.user.createMany({ data: [person], skipDuplicates: true });
      return count === 1;
    },

    nameTaken: async (username: string): Promise<boolean> =>
      (await db.user.count({ where: { username } })) > 0,

    countWaiting: (tx: Tx): Promise<number> => tx.user.count({ where: { state: 'pending' } }),

    /** Those who wait, the first to come first. */
    async waiting(limit: number): Promise<WaitingPerson[]> {
      const rows = await db.user.findMany({
        where: { state: 'pending' },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
        take: limit,
        select: {
          ...{ id: true, username: true, displayName: true, email: true, emailVerifiedAt: true },
          ...{ role: true, createdAt: true },
          invites: {
            where: { kind: 'welcome' },
            orderBy: { createdAt: 'desc' },
            take: 1,
            select: { email: true },
          },
        },
      });
      return rows.map(({ emailVerifiedAt, invites, createdAt, ...row }) => ({
        ...row,
        email: row.email ?? invites[0]?.email ?? null,
        emailConfirmed: emailVerifiedAt !== null,
        createdAt: createdAt.toISOString(),
      }));
    },

    /** Whom to write to about their being let in; null = no address is known. */
    async readerOf(tx: Tx, id: string): Promise<Reader | null> {
      const row = await tx.user.findUnique({
        where: { id },
        select: { id: true, username: true, email: true, language: true },
      });
      return row?.email ? { ...row, email: row.email } : null;
    },

    activate: async (tx: Tx, id: string): Promise<void> => {
      await tx.user.update({ where: { id }, data: { state: 'active' }, select: { id: true } });
    },

    /** Removes who never was here; whoever was is disabled. */
    async decline(tx: Tx, id: string): Promise<void> {
      const { count } = await tx.user.deleteMany({ where: { id, ...NEVER_HERE } });
      if (count > 0) return;
      await tx.user.update({ where: { id }, data: { state: 'disabled' }, select: { id: true } });
    },

    /** Whoever registered, never was here, and let their link run out makes room for others. */
    async removeUnconfirmed(now: Date): Promise<void> {
      await db.user.deleteMany({
        where: {
          ...NEVER_HERE,
          emailVerifiedAt: null,
          invites: { some: { kind: 'welcome' }, every: { expiresAt: { lte: now } } },
        },
      });
    },

    /** The person who confirmed this address, or null. */
    async holderOf(email: string, tx: Tx | Db = db): Promise<Reader | null> {
      const row = await tx.user.findFirst({
        where: { email, emailVerifiedAt: { not: null } },
        select: { id: true, username: true, language: true },
      });
      return row && { ...row, email };
    },

    /** Whether anybody has this address, confirmed or not. */
    emailTaken: async (tx: Tx, email: string): Promise<boolean> =>
      (await tx.user.count({ where: { email } })) > 0,

    /**
     * Whoever may choose a new password by mail: they have one, and a confirmed address. A user name
     * may look like somebody else's address, so names come first.
     */
    async forgetful(who: string): Promise<Reader | null> {
      const select = { id: true, username: true, email: true, language: true } as const;
      const fit = {
        emailVerifiedAt: { not: null },
        passwordHash: { not: null },
        state: { in: ['active', 'silenced'] },
      } satisfies Prisma.UserWhereInput;
      const row =
        (await db.user.findFirst({ where: { username: who, ...fit }, select })) ??
        (await db.user.findFirst({ where: { email: who, ...fit }, select }));
      return row?.email ? { ...row, email: row.email } : null;
    },

    /**
     * Whoever registered, was never let in, and has not opened the link sent to this address: found by
     * user name or by that address, of several the latest. Null = nobody waits for that.
     */
    async unconfirmed(who: string): Promise<Omit<Reader, 'language'> | null> {
      const find = async (email: string | { not: null }, username?: string) =>
        await db.invite.findFirst({
          where: {
            ...{ kind: 'welcome', email, usedAt: null },
            user: { state: 'pending', emailVerifiedAt: null, ...(username && { username }) },
          },
          orderBy: { createdAt: 'desc' },
          select: { email: true, user: { select: { id: true, username: true } } },
        });
      const row = (await find({ not: null }, who)) ?? (await find(who));
      return row?.email ? { ...row.user, email: row.email } : null;
    },

    async emailOf(userId: string, now: Date) {
      const row = await db.user.findUniqueOrThrow({
        where: { id: userId },
        select: {
          ...{ email: true, emailVerifiedAt: true },
          invites: {
            where: { kind: { in: [...EMAIL_LINKS] }, usedAt: null, expiresAt: { gt: now } },
            orderBy: { createdAt: 'desc' },
            take: 1,
            select: { email: true },
          },
        },
      });
      return {
        email: row.email,
        confirmed: row.emailVerifiedAt !== null,
        asked: row.invites[0]?.email ?? null,
      };
    },

    /** In place of the person's open links of the kind. */
    async openLink(tx: Tx, link: NewLink): Promise<void> {
      const { userId, kind } = link;
      await tx.invite.deleteMany({ where: { userId, kind, usedAt: null } });
      await tx.invite.create({ data: link, select: { id: true } });
    },

    async findLink(tokenHash: string, now: Date) {
      const row = await db.invite.findFirst({
        where: { tokenHash, usedAt: null, expiresAt: { gt: now }, kind: { in: [...EMAIL_LINKS] } },
        select: { userId: true, kind: true, email: true },
      });
      return row?.email ? { userId: row.userId, kind: row.kind, email: row.email } : null;
    },

    /** @returns whether it was open until now; of several callers at once one gets true. */
    async takeLink(tx: Tx, tokenHash: string, now: Date): Promise<boolean> {
      const used = await tx.invite.updateMany({
        where: { tokenHash, usedAt: null, expiresAt: { gt: now }, kind: { in: [...EMAIL_LINKS] } },
        data: { usedAt: now },
      });
      return used.count === 1;
    },

    /** Gives the person the address they confirmed; whoever only claimed it has none any more. */
    async setEmail(tx: Tx, userId: string, email: string, now: Date): Promise<void> {
      await tx.user.updateMany({
        where: { email, emailVerifiedAt: null, id: { not: userId } },
        data: { email: null },
      });
      await tx.user.update({
        where: { id: userId },
        data: { email, emailVerifiedAt: now },
        select: { id: true },
      });
    },

    setLanguage: async (tx: Tx, userId: string, language: Language): Promise<void> => {
      await tx.user.updateMany({ where: { id: userId }, data: { language } });
    },
  };
}
export type RegistrationRepo = ReturnType<typeof createRegistrationRepo>;
