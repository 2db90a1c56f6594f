import type { Db } from '../../infra/prisma/client.ts';
import { createVaultListRepo } from './list.repo.ts';
import { createVaultConsoleRepo } from './vault-console.repo.ts';
import { createVaultConsoleService, type VaultConsoleDeps } from './vault-console.service.ts';

export { createVaultRouter } from './vault-console.router.ts';
export type { VaultConsoleService } from './vault-console.service.ts';

/** What the pages of the vault are asked with. */
export function buildVaultConsole({
  db,
  ...deps
}: { db: Db } & Omit<VaultConsoleDeps, 'repo' | 'list'>) {
  return createVaultConsoleService({
    ...deps,
    repo: createVaultConsoleRepo(db),
    list: createVaultListRepo(db),
  });
}
