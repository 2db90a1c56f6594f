import type { Db } from '../../infra/prisma/client.ts';
import { createVaultListRepo } from './list.repo.ts';
import { createVaultConsoleRepo } from './vault-console.repo.ts';
import { createVaultConsoleService, type VaultConsoleDeps } from './vault-console.service.ts';
import { createViewsRepo } from './views.repo.ts';
import { createViewsService } from './views.service.ts';

export { createVaultRouter } from './vault-console.router.ts';
export type VaultConsoleService = ReturnType<typeof buildVaultConsole>;

/** What the pages of the vault are asked with. */
export function buildVaultConsole({
  db,
  ...deps
}: { db: Db } & Omit<VaultConsoleDeps, 'repo' | 'list'>) {
  const service = createVaultConsoleService({
    ...deps,
    repo: createVaultConsoleRepo(db),
    list: createVaultListRepo(db),
  });
  return { ...service, views: createViewsService(createViewsRepo(db)) };
}
