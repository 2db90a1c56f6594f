import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { Cipher } from '../../infra/cipher.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Db } from '../../infra/prisma/client.ts';
import type { Audit } from '../audit/index.ts';
import type { OAuthClientsService } from '../oauth-clients/index.ts';
import type { ProxiesService } from '../proxies/index.ts';
import type { Vault } from '../vault/index.ts';
import { createVaultConfig } from './config.service.ts';
import { createContractRowsRepo } from './contract-rows.repo.ts';
import { createVaultContract } from './vault-contract.service.ts';
import { createWaysReader } from './ways-reader.ts';

type BuildDeps = {
  db: Db;
  pool: Pick<Pool, 'query'>;
  cipher: Pick<Cipher, 'open'>;
  audit: Pick<Audit, 'note' | 'noteAll'>;
  clock: Clock;
  zone: string;
  vault: Vault;
  proxies: ProxiesService;
  oauthClients: OAuthClientsService;
};

/** What the admin API of contract 003 stands on. */
export function buildVaultContract({ oauthClients: clients, zone, ...deps }: BuildDeps) {
  const repo = createContractRowsRepo({ ...deps, zone });
  const ways = createWaysReader({ ...deps, clients, repo });
  return {
    accounts: createVaultContract({
      ...deps,
      ...{ repo, ways },
      newBizId: () => randomUUID().replaceAll('-', ''),
    }),
    config: createVaultConfig({ ...deps, clients, repo, ways }),
  };
}
export type VaultContractServices = ReturnType<typeof buildVaultContract>;
