import type { Pool } from 'pg';
import type { Clock } from '../../infra/clock.ts';
import type { Db } from '../../infra/prisma/client.ts';
import type { Changes } from '../../infra/reloader.ts';
import type { Audit } from '../audit/index.ts';
import type { Limiters } from '../sessions/index.ts';
import { createLeaseWriter } from './lease-writer.ts';
import { createLeasesRepo } from './leases.repo.ts';
import { createLeasesService } from './leases.service.ts';
import { createLeasing, type LeasingDeps } from './leasing.ts';
import { createSecretLookup, type SecretLookupDeps } from './secret-lookup.ts';
import { createSecretsRepo } from './secrets.repo.ts';
import { createSecretsService } from './secrets.service.ts';

type BuildDeps = {
  db: Db;
  pool: Pool;
  reports: Pool;
  audit: Pick<Audit, 'note'>;
  changes: Changes<'secrets'>;
  limiters: Pick<Limiters, 'secret'>;
  clock: Clock;
  newId: () => string;
  configured: SecretLookupDeps['configured'];
  retentionDays: number;
  onError(error: unknown): void;
};

/** Secrets of programs, what they lease with them, and the log of it. */
export function buildVaultSecrets(deps: BuildDeps) {
  const { audit, clock, newId, onError } = deps;
  const repo = createSecretsRepo(deps.db);
  const leasesRepo = createLeasesRepo(deps);
  const writer = createLeaseWriter(leasesRepo.insert);
  const { changes, configured, limiters, retentionDays } = deps;
  const lookup = createSecretLookup({
    ...{ repo, changes, clock, configured, onError },
    tries: limiters.secret,
  });
  const leases = createLeasesService({ repo: leasesRepo, clock, retentionDays, onError });
  return {
    services: { secrets: createSecretsService({ repo, audit, clock, newId }), leases },
    /** Whose secret something is. */
    lookup,
    /** What programs are given of this vault. */
    leasingFrom: (vault: LeasingDeps['vault']) =>
      createLeasing({ vault, leases: writer, clock, newId }),
    start: leases.start,
    async close(): Promise<void> {
      await Promise.all([lookup.close(), leases.close(), writer.close()]);
    },
  };
}
