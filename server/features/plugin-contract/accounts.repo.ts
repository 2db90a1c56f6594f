import { type Db, withTx } from '../../infra/prisma/client.ts';
import type { Prisma } from '../../infra/prisma/generated/client.ts';
import { notify } from '../../infra/prisma/notify.ts';
import type { Noting } from '../audit/index.ts';

export type ContractAccount = {
  id: string;
  ownerId: string;
  platformId: string;
  name: string;
  shared: boolean;
  state: 'active' | 'disabled' | 'expired' | 'cooling' | 'exhausted';
  modelsOff: string[];
  lastUsedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

const SELECT = {
  id: true,
  ownerId: true,
  platformId: true,
  name: true,
  shared: true,
  state: true,
  modelsOff: true,
  lastUsedAt: true,
  createdAt: true,
  updatedAt: true,
} as const satisfies Prisma.AccountSelect;

const NEWEST_FIRST = [{ createdAt: 'desc' as const }, { id: 'desc' as const }];

/** Rows of accounts, without their secrets. */
export function createContractAccountsRepo(db: Db) {
  return {
    /** Of one person, newest first. */
    of: (ownerId: string): Promise<ContractAccount[]> =>
      db.account.findMany({ where: { ownerId }, select: SELECT, orderBy: NEWEST_FIRST }),

    /** All that may serve, of active people. */
    serving: (): Promise<ContractAccount[]> =>
      db.account.findMany({
        where: { state: { notIn: ['disabled', 'expired'] }, owner: { state: 'active' } },
        select: SELECT,
      }),

    find: (id: string): Promise<ContractAccount | null> =>
      db.account.findUnique({ where: { id }, select: SELECT }),

    /** Switches a model off or on for an account and tells the replicas. False when it is gone. */
    switchModel(
      { id, model, off }: { id: string; model: string; off: boolean },
      noting: Noting<ContractAccount>,
    ): Promise<boolean> {
      return withTx(db, async (tx) => {
        await tx.$queryRaw`SELECT 1 AS locked FROM accounts WHERE id = ${id}::uuid FOR UPDATE`;
        const before = await tx.account.findUnique({ where: { id }, select: SELECT });
        if (!before) return false;
        const others = before.modelsOff.filter((name) => name !== model);
        const modelsOff = off ? [...others, model].sort() : others;
        const after = await tx.account.update({
          where: { id },
          data: { modelsOff },
          select: SELECT,
        });
        await notify(tx, 'accounts', [id]);
        await noting(tx, before, after);
        return true;
      });
    },
  };
}
export type ContractAccountsRepo = ReturnType<typeof createContractAccountsRepo>;
