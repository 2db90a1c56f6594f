import type { Db } from '../../infra/prisma/client.ts';
import type { Prisma } from '../../infra/prisma/generated/client.ts';

const SELECT = {
  id: true,
  number: true,
  ownerId: true,
  name: true,
  description: true,
  family: true,
  prefix: true,
  disabledAt: true,
  expiresAt: true,
  lastUsedAt: true,
  createdAt: true,
} as const satisfies Prisma.ApiKeySelect;
export type NumberedKeyRow = Prisma.ApiKeyGetPayload<{ select: typeof SELECT }>;

/** Keys by their numbers. Revoked ones are gone for those who know keys by number. */
export function createNumberedKeysRepo(db: Db) {
  return {
    /** Newest first. */
    list: (ownerId: string, limit: number): Promise<NumberedKeyRow[]> =>
      db.apiKey.findMany({
        where: { ownerId, revokedAt: null },
        select: SELECT,
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: limit,
      }),

    find: (number: number): Promise<NumberedKeyRow | null> =>
      db.apiKey.findFirst({ where: { number, revokedAt: null }, select: SELECT }),

    byId: (id: string): Promise<NumberedKeyRow | null> =>
      db.apiKey.findUnique({ where: { id }, select: SELECT }),

    /** Whether the person takes part in what is being tried out. */
    async inBeta(userId: string): Promise<boolean> {
      const row = await db.user.findUnique({ where: { id: userId }, select: { beta: true } });
      return row?.beta ?? false;
    },
  };
}
export type NumberedKeysRepo = ReturnType<typeof createNumberedKeysRepo>;
