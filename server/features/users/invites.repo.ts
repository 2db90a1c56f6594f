import type { Db, Tx } from '../../infra/prisma/client.ts';

export type NewInvite = {
  id: string;
  userId: string;
  tokenHash: string;
  createdBy: string;
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
        where: { tokenHash, usedAt: null, expiresAt: { gt: now }, user: { state: 'active' } },
        select: { userId: true, expiresAt: true, user: { select: { username: true } } },
      });
      return row && { userId: row.userId, username: row.user.username, expiresAt: row.expiresAt };
    },

    /** @returns whether it was open until now; of several callers at once one gets true. */
    async use(tx: Tx, tokenHash: string, now: Date): Promise<boolean> {
      const used = await tx.invite.updateMany({
        where: { tokenHash, usedAt: null, expiresAt: { gt: now } },
        data: { usedAt: now },
      });
      return used.count === 1;
    },

    /** Makes every open link of the user worthless. */
    async closeAllOf(tx: Tx, userId: string): Promise<void> {
      await tx.invite.deleteMany({ where: { userId, usedAt: null } });
    },
  };
}
export type InvitesRepo = ReturnType<typeof createInvitesRepo>;
