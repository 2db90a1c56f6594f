import type { Common } from './build-common.ts';
import type { BuiltPlatforms } from './build-platforms.ts';
import type { buildQuotas } from './build-quotas.ts';
import type { BuiltVault } from './build-vault.ts';
import {
  createAccountRecordsRepo,
  createAccountRecordsService,
  createAccountsRepo,
  createAccountsService,
  createKeyPrints,
} from './features/accounts/index.ts';
import {
  createModelCatalogue,
  createModelsRepo,
  createModelsService,
  createPricesRepo,
  createPricesService,
} from './features/models/index.ts';
import { createPool } from './features/pool/index.ts';

export type AccountsOptions = {
  platforms: BuiltPlatforms;
  accountPool: BuiltVault['accountPool'];
  rules: ReturnType<typeof buildQuotas>['rules'];
};

/** Accounts, the models they serve, and those that people lend one another. */
export function buildAccounts(common: Common, { accountPool, platforms, rules }: AccountsOptions) {
  const { audit, changes, cipher, clock, config, db, log, newId, onError, pool } = common;
  const { callPlatform, platformName, registry } = platforms;
  const { zone } = config.quotas;
  const repo = createAccountsRepo(db);
  const modelsRepo = createModelsRepo(db);
  const catalogue = createModelCatalogue({ repo: modelsRepo, changes, clock, onError });
  const accounts = createAccountsService({
    ...{ audit, cipher, clock, newId, registry, repo, zone },
    pool: accountPool,
    call: callPlatform,
    firstModelOn: catalogue.firstModelOn,
  });
  const accountRecords = createAccountRecordsService({
    ...{ accounts: repo, audit, clock, onError, registry, zone },
    repo: createAccountRecordsRepo(pool),
    refreshAll: accountPool.refreshAll,
  });
  const models = createModelsService({
    ...{ audit, catalogue, clock, newId, registry },
    repo: modelsRepo,
    ready: accountPool.ready,
    platformsWithAccounts: repo.platformsInUse,
  });
  const prices = createPricesService({ repo: createPricesRepo(db), catalogue, audit, clock });
  const lent = createPool({
    ...common,
    models: catalogue.list,
    platformName,
    restsUntil: accountPool.coolingUntil,
    remainingOf: (accountId) => accountPool.live(accountId).remaining ?? 1,
    quotaOf: accountPool.quotaOf,
    keyPrintOf: createKeyPrints(cipher),
    tokensPerDayOf: (accountId) =>
      rules.of('account', accountId).find(({ metric }) => metric === 'tokens-per-day')?.limit ??
      null,
    onUnknownUse: (accountId, requestId) =>
      log.info(
        { accountId, requestId },
        'a lent account served, and nobody can tell what part of its quota that was: it cost no credit',
      ),
  });
  return { accounts, accountRecords, catalogue, lent, models, prices };
}
