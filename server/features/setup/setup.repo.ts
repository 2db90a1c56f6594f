import { z } from 'zod';
import type { Db, Tx } from '../../infra/prisma/client.ts';
import { withTx } from '../../infra/prisma/client.ts';
import { holdLock } from '../../infra/prisma/locks.ts';

const NAME = 'setup-token';
const Stored = z.object({ sha256: z.string() });

/** The set-up token's hash in `settings`, and whether anybody exists yet. */
export function createSetupRepo(db: Db) {
  return {
    /** Runs `work` alone, across all replicas. */
    alone: <Result>(work: (tx: Tx) => Promise<Result>) =>
      withTx(db, async (tx) => {
        await holdLock(tx, 'setUp');
        return await work(tx);
      }),

    anybody: async (tx: Tx | Db = db): Promise<boolean> =>
      (await tx.user.findFirst({ select: { id: true } })) !== null,

    async tokenHash(tx: Tx | Db = db): Promise<string | null> {
      const row = await tx.setting.findUnique({ where: { name: NAME }, select: { value: true } });
      return row ? Stored.parse(row.value).sha256 : null;
    },

    async setTokenHash(tx: Tx, sha256: string): Promise<void> {
      const value = { sha256 };
      await tx.setting.upsert({
        where: { name: NAME },
        create: { name: NAME, value },
        update: { value },
        select: { name: true },
      });
    },

    async deleteToken(tx: Tx): Promise<void> {
      await tx.setting.deleteMany({ where: { name: NAME } });
    },
  };
}
export type SetupRepo = ReturnType<typeof createSetupRepo>;
