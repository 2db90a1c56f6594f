import type { Common } from './build-common.ts';
import type { BuiltPlatforms } from './build-platforms.ts';
import {
  type AccountsService,
  createAccountPool,
  createAccountPoolRepo,
} from './features/accounts/index.ts';
import type { Alerts } from './features/alerts/index.ts';
import type { buildJobs } from './features/jobs/index.ts';
import { buildLinking } from './features/linking/index.ts';
import type { Limiters } from './features/sessions/index.ts';
import { createVault } from './features/vault/index.ts';
import { buildVaultBatch } from './features/vault-batch/index.ts';
import { buildVaultConsole } from './features/vault-console/index.ts';
import { buildVaultContract } from './features/vault-contract/index.ts';
import { buildVaultSecrets } from './features/vault-secrets/index.ts';

export type VaultOptions = {
  platforms: BuiltPlatforms;
  alerts: Alerts;
  jobs: ReturnType<typeof buildJobs>['jobs'];
  limiters: Limiters;
};

type LinkingOptions = Parameters<typeof buildLinking>[0];

/** Credentials: which account serves, how its tokens stay alive, and who leases them. */
export async function buildVault(common: Common, options: VaultOptions) {
  const { config, pool } = common;
  const { isPlatform, oauthClients, platformName, proxies, registry } = options.platforms;
  const accountPool = createAccountPool({
    ...common,
    repo: createAccountPoolRepo(pool),
    zone: config.quotas.zone,
    quotaGroup: (platformId, model) => registry.find(platformId)?.quotaGroup?.(model) ?? model,
    renewal: {
      renew: (...asked) => vault.renewal.renew(...asked),
      ahead: (...asked) => vault.renewal.ahead(...asked),
      worked: (...asked) => vault.renewal.worked(...asked),
    },
  });
  const vault = await createVault({
    ...common,
    ...{ alerts: options.alerts, dataDir: config.dataDir, dispatch: proxies.dispatch, isPlatform },
    reload: (ids) => accountPool.refresh(ids),
  });
  const secrets = buildVaultSecrets({
    ...{ ...common, limiters: options.limiters },
    configured: config.publicApi.secret,
    retentionDays: config.publicApi.leaseRetentionDays,
  });
  const batch = buildVaultBatch({
    ...{ ...common, vault },
    jobs: options.jobs,
    hasPlatform: isPlatform,
  });
  return {
    ...{ accountPool, batch, secrets, vault },
    services: {
      vault,
      vaultConsole: buildVaultConsole({ ...common, vault, platformName }),
      vaultSecrets: secrets.services,
      vaultBatch: batch.service,
      vaultContract: buildVaultContract({
        ...{ ...common, oauthClients, vault },
        proxies: proxies.service,
        zone: config.quotas.zone,
      }),
    },
    /** Programs that lease access tokens. */
    programs: { lookup: secrets.lookup, leasing: secrets.leasingFrom(vault) },
    /** Accounts that come in by a sign-in at their platform. */
    linkingWith: (meOf: LinkingOptions['meOf'], update: AccountsService['update']) =>
      buildLinking({
        ...{ ...common, meOf, registry, update, vault },
        clients: oauthClients,
        publicUrl: config.http.publicUrl,
        pluginPlatform: config.pluginContract.oauthPlatform,
      }),
  };
}
export type BuiltVault = Awaited<ReturnType<typeof buildVault>>;
