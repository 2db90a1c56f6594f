import type { Db, Tx } from '../../infra/prisma/client.ts';
import { withTx } from '../../infra/prisma/client.ts';

const PROFILE = {
  number: true,
  username: true,
  avatarUrl: true,
  trustLevel: true,
  state: true,
  beta: true,
  createdAt: true,
  lastSignInAt: true,
} as const;

/** What clients of older contracts are told of a person. */
export function createProfilesRepo(db: Db) {
  return {
    inTx: <Result>(work: (tx: Tx) => Promise<Result>) => withTx(db, work),

    find: (id: string) => db.user.findUnique({ where: { id }, select: PROFILE }),

    async isTaken(username: string): Promise<boolean> {
      return (await db.user.count({ where: { username } })) > 0;
    },

    /** @returns whether it was not so before. */
    async joinBeta(tx: Tx, id: string): Promise<boolean> {
      const { count } = await tx.user.updateMany({
        where: { id, beta: false },
        data: { beta: true },
      });
      return count > 0;
    },
  };
}
export type ProfilesRepo = ReturnType<typeof createProfilesRepo>;
export type Profile = NonNullable<Awaited<ReturnType<ProfilesRepo['find']>>>;
