import type { SavedView, ViewCreate, ViewUpdate } from '#shared/schemas/vault-views.ts';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import { Prisma } from '../../infra/prisma/generated/client.ts';

export type ViewRow = Omit<SavedView, 'content'> & { content: unknown };

const SELECT = { id: true, name: true, isDefault: true, content: true } as const;

export type ViewsRepo = ReturnType<typeof createViewsRepo>;

/** Rows of `vault_saved_views`. */
export function createViewsRepo(db: Db) {
  /** Writes while nobody else changes views of this person. `taken` = another view has the name. */
  async function writing<T>(userId: string, write: (tx: Tx) => Promise<T>): Promise<T | 'taken'> {
    try {
      return await withTx(db, async (tx) => {
        await tx.$queryRaw`SELECT 1 AS locked FROM users WHERE id = ${userId}::uuid FOR UPDATE`;
        return await write(tx);
      });
    } catch (error) {
      if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
        return 'taken';
      }
      throw error;
    }
  }

  const noDefault = (tx: Tx, userId: string) =>
    tx.vaultSavedView.updateMany({
      where: { userId, isDefault: true },
      data: { isDefault: false },
    });

  return {
    /** Those of a person, by name. */
    of: (userId: string): Promise<ViewRow[]> =>
      db.vaultSavedView.findMany({
        where: { userId },
        select: SELECT,
        orderBy: [{ name: 'asc' }],
      }),

    /** `full` = the person has `most` of them. */
    insert(userId: string, id: string, most: number, view: ViewCreate) {
      return writing<ViewRow | 'full'>(userId, async (tx) => {
        if ((await tx.vaultSavedView.count({ where: { userId } })) >= most) return 'full';
        if (view.isDefault) await noDefault(tx, userId);
        return tx.vaultSavedView.create({ data: { ...view, id, userId }, select: SELECT });
      });
    },

    /** Null when the person has no such view. */
    update(userId: string, { id, content, isDefault, name }: ViewUpdate) {
      return writing<ViewRow | null>(userId, async (tx) => {
        const found = await tx.vaultSavedView.findFirst({
          where: { id, userId },
          select: { id: true },
        });
        if (!found) return null;
        if (isDefault) await noDefault(tx, userId);
        return tx.vaultSavedView.update({
          where: { id },
          data: {
            ...(name !== undefined && { name }),
            ...(content !== undefined && { content }),
            ...(isDefault !== undefined && { isDefault }),
          },
          select: SELECT,
        });
      });
    },

    /** Whether there was such a view. */
    async delete(userId: string, id: string): Promise<boolean> {
      const { count } = await db.vaultSavedView.deleteMany({ where: { id, userId } });
      return count > 0;
    },
  };
}
