import { type Db, withTx } from '../../infra/prisma/client.ts';
import { notify } from '../../infra/prisma/notify.ts';
import type { Audit } from '../audit/index.ts';

export type ImportOldRepo = ReturnType<typeof createImportOldRepo>;

/** What an import from the older service needs beside the vault itself. */
export function createImportOldRepo(db: Db, audit: Pick<Audit, 'note'>) {
  return {
    /** A person's id by their user name; null = there is none. */
    async owner(username: string): Promise<string | null> {
      const row = await db.user.findUnique({ where: { username }, select: { id: true } });
      return row?.id ?? null;
    },

    hasPlatform: async (id: string) => (await db.platform.count({ where: { id } })) > 0,

    /** All proxies; addresses are sealed. */
    proxies: () => db.proxy.findMany({ select: { id: true, name: true, url: true } }),

    /** Clients of a platform, the oldest first. */
    clients: (platformId: string) =>
      db.oAuthClient.findMany({
        where: { platformId },
        select: { id: true, clientId: true },
        orderBy: { number: 'asc' },
      }),

    /** Which of these tokens are known, by hash, and which business ids are taken. */
    async known(hashes: readonly string[], bizIds: readonly string[]) {
      const select = { refreshHash: true, previousHash: true, bizId: true };
      const found: { refreshHash: string; previousHash: string | null; bizId: string }[] = [];
      for (let from = 0; from < Math.max(hashes.length, bizIds.length); from += 5_000) {
        const part = hashes.slice(from, from + 5_000);
        const names = bizIds.slice(from, from + 5_000);
        const where = {
          OR: [
            { refreshHash: { in: part } },
            { previousHash: { in: part } },
            { bizId: { in: names } },
          ],
        };
        found.push(...(await db.vaultToken.findMany({ where, select })));
      }
      return {
        hashes: new Set(found.flatMap((row) => [row.refreshHash, row.previousHash ?? ''])),
        bizIds: new Set(found.map(({ bizId }) => bizId)),
      };
    },

    addProxies: (rows: readonly { id: string; name: string; url: string; shown: string }[]) =>
      withTx(db, async (tx) => {
        await tx.proxy.createMany({ data: [...rows], skipDuplicates: true });
        await notify(tx, 'proxies', []);
      }),

    /** Notes the import, by the server itself. */
    note: (counts: Readonly<Record<string, number>>) =>
      withTx(db, (tx) =>
        audit.note(tx, {
          actor: { id: null, name: 'import:oai-rt' },
          action: 'vaultContract.import',
          target: { kind: 'settings', id: 'vault', name: 'vault' },
          after: counts,
          ...{ address: '', requestId: null },
        }),
      ),
  };
}
