import { randomUUID } from 'node:crypto';
import type { Cipher } from '../../infra/cipher.ts';
import type { Clock } from '../../infra/clock.ts';
import { createHourlyRemoval } from '../../infra/hourly-removal.ts';
import type { Db } from '../../infra/prisma/client.ts';
import type { Audit } from '../audit/index.ts';
import { type Jobs, MOST_ITEMS } from '../jobs/index.ts';
import type { Vault } from '../vault/index.ts';
import { createImportParser } from '../vault-import/index.ts';
import { defineKinds } from './kinds.ts';
import { createVaultBatchRepo } from './vault-batch.repo.ts';
import { createVaultBatchService } from './vault-batch.service.ts';

type BuildVaultBatchDeps = {
  db: Db;
  cipher: Pick<Cipher, 'open'>;
  clock: Clock;
  audit: Pick<Audit, 'note'>;
  jobs: Jobs;
  vault: Pick<Vault, 'add' | 'refresh' | 'page'>;
  hasPlatform(id: string): boolean;
  onError(error: unknown): void;
};

/** Work on many vault accounts at once, and the removal of what was deleted for good. */
export function buildVaultBatch(deps: BuildVaultBatchDeps) {
  const repo = createVaultBatchRepo(deps.db);
  defineKinds({ ...deps, repo });
  const { clock, onError } = deps;
  const removal = createHourlyRemoval({
    ...{ clock, onError },
    retentionMs: 0,
    everyMs: 60_000,
    remove: repo.removeDeleted,
  });
  return {
    service: createVaultBatchService({
      ...deps,
      repo,
      parseImport: createImportParser(MOST_ITEMS),
      newBizId: () => randomUUID().replaceAll('-', ''),
    }),
    start: removal.start,
    close: removal.close,
  };
}
