import type { Db } from '../../infra/prisma/client.ts';

export type PendingKind = 'second-factor' | 'sign-in' | 'step-up' | 'register';

export type PendingProof = {
  id: string;
  kind: PendingKind;
  userId: string | null;
  passwordMark: string | null;
  challenge: string | null;
  expiresAt: Date;
};

/** Which one, as it stands at a time. */
type Which = { id: string; kind: PendingKind; now: Date };

const open = ({ id, kind, now }: Which) => ({ id, kind, expiresAt: { gt: now } });

/** Rows of `pending_proofs`. */
export function createPendingProofsRepo(db: Db) {
  return {
    /** In place of the one with the same id; rows that are over go. */
    async put(proof: PendingProof, now: Date): Promise<void> {
      const { id, ...rest } = proof;
      await db.pendingProof.deleteMany({ where: { expiresAt: { lte: now } } });
      await db.pendingProof.upsert({ where: { id }, create: proof, update: rest });
    },

    find: (which: Which) =>
      db.pendingProof.findFirst({
        where: open(which),
        select: { userId: true, passwordMark: true },
      }),

    /** @returns false when it is over. */
    async setChallenge(which: Which, challenge: string): Promise<boolean> {
      const { count } = await db.pendingProof.updateMany({
        where: open(which),
        data: { challenge },
      });
      return count > 0;
    },

    /** The challenge of it, which nobody gets twice; null when there is none. */
    async takeChallenge({ id, kind, now }: Which): Promise<string | null> {
      const [row] = await db.$queryRaw<{ challenge: string }[]>`
        WITH taken AS (
          SELECT id, challenge FROM pending_proofs
          WHERE id = ${id} AND kind = ${kind} AND expires_at > ${now} AND challenge IS NOT NULL
          FOR UPDATE)
        UPDATE pending_proofs SET challenge = NULL FROM taken
        WHERE pending_proofs.id = taken.id RETURNING taken.challenge`;
      return row?.challenge ?? null;
    },

    /** Ends it. @returns false when somebody else did before, or it is over. */
    async take(which: Which): Promise<boolean> {
      return (await db.pendingProof.deleteMany({ where: open(which) })).count > 0;
    },
  };
}
export type PendingProofsRepo = ReturnType<typeof createPendingProofsRepo>;
