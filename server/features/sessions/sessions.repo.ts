import { isLook, permissionsOf } from '#shared/permissions.ts';
import type { Me, Preferences } from '#shared/schemas/sessions.ts';
import type { Db, Tx } from '../../infra/prisma/client.ts';
import { withTx } from '../../infra/prisma/client.ts';
import type { Prisma } from '../../infra/prisma/generated/client.ts';
import { notify } from '../../infra/prisma/notify.ts';
import { endTokensOf } from '../tokens/index.ts';
import type { NotingSession } from './session-notes.ts';
import type { NewSession, StoredSession } from './session-store.ts';

export type SessionRow = {
  id: string;
  userId: string;
  expiresAt: Date;
  lastSeenAt: Date;
  provedAt: Date;
};
export type SessionOwner = Me & { active: boolean; lastSeenAt: Date | null };
export type Credentials = Me & {
  active: boolean;
  /** Registered, and not let in yet. */
  pending: boolean;
  /** The mail of their registration was not opened yet. */
  unconfirmed: boolean;
  passwordHash: string | null;
};

const WHO = {
  id: true,
  username: true,
  displayName: true,
  role: true,
  state: true,
  roleRow: { select: { id: true, builtIn: true, permissions: true } },
} as const;
type WhoRow = Prisma.UserGetPayload<{ select: typeof WHO }>;

/** Whoever is silenced may look. */
const MAY_ENTER = ['active', 'silenced'] as const;

/** Rows of `sessions`, and what signing in needs to know of `users`. */
export function createSessionsRepo(db: Db) {
  return {
    async findWithOwner(id: string): Promise<[SessionRow, SessionOwner] | null> {
      const row = await db.session.findUnique({
        where: { id },
        select: {
          id: true,
          userId: true,
          expiresAt: true,
          lastSeenAt: true,
          provedAt: true,
          user: { select: { ...WHO, lastSeenAt: true } },
        },
      });
      if (!row) return null;
      const { user, ...session } = row;
      return [session, { ...toOwner(user), lastSeenAt: user.lastSeenAt }];
    },

    async listOf(userId: string): Promise<(StoredSession & { userId: string })[]> {
      return await db.session.findMany({
        where: { userId },
        orderBy: { createdAt: 'desc' },
        select: {
          id: true,
          userId: true,
          userAgent: true,
          address: true,
          createdAt: true,
          lastSeenAt: true,
          expiresAt: true,
        },
      });
    },

    /**
     * Stores a session while holding the user's row, so that disabling or a new password either
     * comes first and prevents it, or comes after and ends it.
     * @returns whether it was stored.
     */
    async insert(session: NewSession & Omit<StoredSession, 'userId'> & { provedAt: Date }) {
      const { noting, passwordHash, ...data } = session;
      return await withTx(db, async (tx) => {
        const [fit] = await tx.$queryRaw<{ username: string }[]>`
          UPDATE users
          SET last_sign_in_at = CASE WHEN ${noting !== null} THEN ${data.createdAt}::timestamptz
                                     ELSE last_sign_in_at END
          WHERE id = ${data.userId}::uuid AND state IN ('active', 'silenced')
            AND password_hash IS NOT DISTINCT FROM ${passwordHash}
          RETURNING username`;
        if (!fit) return false;
        await tx.session.create({ data, select: { id: true } });
        await noting?.(tx, { ...data, username: fit.username });
        return true;
      });
    },

    async setExpiry(id: string, expiresAt: Date): Promise<void> {
      await db.session.updateMany({ where: { id }, data: { expiresAt } });
    },

    async delete(id: string): Promise<void> {
      await db.session.deleteMany({ where: { id } });
    },

    /** @returns false when the user has no such session. */
    async deleteOwn(userId: string, id: string, noting: NotingSession): Promise<boolean> {
      return await withTx(db, async (tx) => {
        const [row] = await tx.$queryRaw<{ user_agent: string; address: string; name: string }[]>`
          DELETE FROM sessions USING users
          WHERE sessions.id = ${id} AND user_id = ${userId}::uuid AND users.id = user_id
          RETURNING user_agent, address, users.username AS name`;
        if (!row) return false;
        const { address, name: username, user_agent: userAgent } = row;
        await noting(tx, { id, userId, username, userAgent, address });
        return true;
      });
    },

    inTx: <Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> => withTx(db, work),

    async deleteAllOf(userId: string): Promise<void> {
      await db.session.deleteMany({ where: { userId } });
    },

    async deleteExpired(now: Date): Promise<void> {
      await db.session.deleteMany({ where: { expiresAt: { lte: now } } });
    },

    async findCredentials(where: { username: string } | { id: string }) {
      const row = await db.user.findUnique({
        where,
        select: {
          ...{ ...WHO, passwordHash: true, emailVerifiedAt: true },
          invites: { where: { kind: 'welcome', usedAt: null }, take: 1, select: { id: true } },
        },
      });
      if (!row) return null;
      const { emailVerifiedAt, invites, passwordHash } = row;
      const pending = row.state === 'pending';
      const unconfirmed = pending && emailVerifiedAt === null && invites.length > 0;
      return { ...toOwner(row), pending, unconfirmed, passwordHash } satisfies Credentials;
    },

    /** Whether an admin gave this person a link to choose a password, and it is still good. */
    async hasLinkOfAdmin(userId: string, now: Date): Promise<boolean> {
      const open = { usedAt: null, expiresAt: { gt: now }, createdBy: { not: null } };
      return (await db.invite.count({ where: { userId, ...open } })) > 0;
    },

    /**
     * Replaces the password and ends every session of the user, both or neither.
     * @returns false when the password was changed by someone else meanwhile.
     */
    async replacePassword(
      change: { userId: string; from: string; to: string },
      noting: (tx: Tx) => Promise<void>,
    ): Promise<boolean> {
      return await withTx(db, async (tx) => {
        const changed = await tx.user.updateMany({
          where: { id: change.userId, passwordHash: change.from, state: { in: [...MAY_ENTER] } },
          data: { passwordHash: change.to },
        });
        if (changed.count === 0) return false;
        await deleteSessionsOf(tx, change.userId);
        await noting(tx);
        return true;
      });
    },

    async preferencesOf(userId: string): Promise<Preferences> {
      const { preferShared } = await db.user.findUniqueOrThrow({
        where: { id: userId },
        select: { preferShared: true },
      });
      return { preferShared };
    },

    /** Replaces them and tells the replicas. */
    prefer(userId: string, { preferShared }: Preferences): Promise<Preferences> {
      return withTx(db, async (tx) => {
        await tx.user.update({
          where: { id: userId },
          data: { preferShared },
          select: { id: true },
        });
        await notify(tx, 'users', [userId]);
        return { preferShared };
      });
    },

    /** Notes that the user was here in this session, unless that is known since `notSince`. */
    async markSeen(
      { userId, sessionId }: { userId: string; sessionId: string },
      at: Date,
      notSince: Date,
    ): Promise<void> {
      await db.session.updateMany({
        where: { id: sessionId, lastSeenAt: { lte: notSince } },
        data: { lastSeenAt: at },
      });
      await db.user.updateMany({
        where: { id: userId, OR: [{ lastSeenAt: null }, { lastSeenAt: { lte: notSince } }] },
        data: { lastSeenAt: at },
      });
    },

    /** Notes that the person proved in this session who they are. */
    async markProved(
      sessionId: string,
      at: Date,
      noting: (tx: Tx) => Promise<void>,
    ): Promise<void> {
      await withTx(db, async (tx) => {
        await tx.session.updateMany({ where: { id: sessionId }, data: { provedAt: at } });
        await noting(tx);
      });
    },
  };
}
export type SessionsRepo = ReturnType<typeof createSessionsRepo>;

/** Ends every session of a user, those of programs included, together with the change that makes it necessary. */
export async function deleteSessionsOf(tx: Tx, userId: string): Promise<void> {
  await tx.session.deleteMany({ where: { userId } });
  await endTokensOf(tx, userId);
}

function toOwner({ state, roleRow, id, username, displayName, role }: WhoRow) {
  // Whoever is silenced may look, also at what their role lets them see; they change nothing but their own.
  const allowed = permissionsOf(roleRow);
  const permissions = state === 'silenced' ? allowed.filter(isLook) : allowed;
  const active = state === 'active' || state === 'silenced';
  return { id, username, displayName, role, permissions, active };
}
