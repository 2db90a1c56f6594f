import type { Db, Tx } from '../../infra/prisma/client.ts';

/** Links with which a password is chosen. */
const FOR_PASSWORDS = ['invite', 'reset'] as const;

export type NewInvite = {
  id: string;
  userId: string;
  kind: 'invite' | 'reset';
  tokenHash: string;
  createdBy: string | null;
  createdAt: Date;
  expiresAt: Date;
};

/** Rows of `invites`. */
export function createInvitesRepo(db: Db) {
  return {
    insert: async (tx: Tx, invite: NewInvite): Promise<void> => {
      await tx.invite.create({ data: invite, select: { id: true } });
    },

    /** Open means: not used, not expired, and its user may sign in. */
    async findOpen(tokenHash: string, now: Date) {
      const row = await db.invite.findFirst({
        where: {
          ...{ tokenHash, usedAt: null, expiresAt: { gt: now } },
          kind: { in: [...FOR_PASSWORDS] },
          user: { state: { in: ['active', 'silenced'] } },
        },
        select: {
          ...{ userId: true, kind: true, expiresAt: true },
          user: { select: { username: true, email: true } },
        },
      });
      if (!row) return null;
      const { userId, kind, expiresAt, user } = row;
      return { userId, kind, expiresAt, username: user.username, email: user.email };
    },

    /** @returns whether it was open until now; of several callers at once one gets true. */
    async use(tx: Tx, tokenHash: string, now: Date): Promise<boolean> {
      const used = await tx.invite.updateMany({
        where: {
          ...{ tokenHash, usedAt: null, expiresAt: { gt: now } },
          kind: { in: [...FOR_PASSWORDS] },
        },
        data: { usedAt: now },
      });
      return used.count === 1;
    },

    /** Makes the open links of this kind worthless. */
    async closeOf(tx: Tx, userId: string, kind: NewInvite['kind']): Promise<void> {
      await tx.invite.deleteMany({ where: { userId, kind, usedAt: null } });
    },

    /** Makes every open link of the user worthless. */
    async closeAllOf(tx: Tx, userId: string): Promise<void> {
      await tx.invite.deleteMany({ where: { userId, usedAt: null } });
    },
  };
}
export type InvitesRepo = ReturnType<typeof createInvitesRepo>;
