import type { Tx } from '../../infra/prisma/client.ts';
import { notify } from '../../infra/prisma/notify.ts';

/**
 * Ends every sign-in of a person's programs together with the change that makes it necessary; access
 * tokens they still hold die on every replica when `tx` commits.
 * @returns what was ended.
 */
export async function endTokensOf(
  tx: Tx,
  userId: string,
): Promise<{ id: string; userAgent: string; address: string }[]> {
  const rows = await tx.tokenFamily.findMany({
    where: { userId },
    select: { id: true, userAgent: true, address: true },
    orderBy: { lastUsedAt: 'desc' },
  });
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  await tx.tokenFamily.deleteMany({ where: { id: { in: ids } } });
  await notify(tx, 'tokens', ids);
  return rows;
}
