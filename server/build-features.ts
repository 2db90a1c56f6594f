import { join } from 'node:path';
import type { Infra } from './build-infra.ts';
import { buildPeople } from './build-people.ts';
import { buildQuotas } from './build-quotas.ts';
import type { Config } from './config/config.ts';
import {
  createAccountPool,
  createAccountPoolRepo,
  createAccountRecordsRepo,
  createAccountRecordsService,
  createAccountsRepo,
  createAccountsService,
  createKeyPrints,
} from './features/accounts/index.ts';
import { buildAlerts } from './features/alerts/index.ts';
import { createApplyRepo, createApplyService } from './features/apply/index.ts';
import {
  createAudit,
  createAuditLogRepo,
  createAuditRemoval,
  createAuditService,
} from './features/audit/index.ts';
import { buildJobs } from './features/jobs/index.ts';
import { createKeyRing, createKeyRingRepo } from './features/key-ring/index.ts';
import {
  createKeyLookup,
  createKeyLookupRepo,
  createKeysRepo,
  createKeysSearchRepo,
  createKeysService,
  createNumberedKeys,
  createNumberedKeysRepo,
} from './features/keys/index.ts';
import { buildLinking } from './features/linking/index.ts';
import {
  createModelCatalogue,
  createModelsRepo,
  createModelsService,
  createPricesRepo,
  createPricesService,
} from './features/models/index.ts';
import {
  createOAuthClientsRepo,
  createOAuthClientsService,
} from './features/oauth-clients/index.ts';
import { createEndings, createEndingsRepo } from './features/off-switch/index.ts';
import { createPlatformsRepo, createPlatformsService } from './features/platforms/index.ts';
import { createPluginApi } from './features/plugin-api/index.ts';
import { createPluginContract } from './features/plugin-contract/index.ts';
import { createPool } from './features/pool/index.ts';
import { buildProxies } from './features/proxies/index.ts';
import { createResponsesRepo, createResponsesService } from './features/responses/index.ts';
import { deleteSessionsOf } from './features/sessions/index.ts';
import { buildSso } from './features/sso/index.ts';
import {
  createAccessTokens,
  createPeople,
  createPeopleRepo,
  createProfilesRepo,
  createProfilesService,
  createTokensRepo,
  createTokensService,
} from './features/tokens/index.ts';
import { createTraceKeeper, createTracesRepo, createWhyService } from './features/traces/index.ts';
import {
  createOwnUsage,
  createSpentThisMonth,
  createStatistics,
  createSummaryRepo,
  createTokensToday,
  createUsageRepo,
  createUsageService,
  createUsageUpkeep,
  openUsageLedger,
} from './features/usage/index.ts';
import { createVault } from './features/vault/index.ts';
import { buildVaultBatch } from './features/vault-batch/index.ts';
import { buildVaultConsole } from './features/vault-console/index.ts';
import { buildVaultContract } from './features/vault-contract/index.ts';
import { buildVaultSecrets } from './features/vault-secrets/index.ts';
import { newId } from './infra/ids.ts';
import type { Outbound } from './infra/outbound/index.ts';
import { createCallPlatform } from './platforms/call-platform.ts';
import { createRegistry } from './platforms/registry.ts';
import { createSandbox } from './platforms/sandbox/index.ts';
import { explainError } from './trpc/explain-error.ts';
import { version } from './version.ts';

export type FeatureOptions = {
  infra: Infra;
  config: Config;
  /** 0 to 1, 1 excluded. */
  random: () => number;
  /** bcrypt's cost; tests lower it. */
  passwordRounds?: number;
};

/** Every feature, wired to the others, with what the gateway needs of them. */
export async function buildFeatures(options: FeatureOptions) {
  const { clock, db, pool, reports, events, cipher, outbound, log } = options.infra;
  const { config, random } = options;
  const id = () => newId(clock);
  const onError = (err: unknown) => log.error({ err }, 'background work failed');

  const audit = createAudit({ clock });
  const auditService = createAuditService({
    log: createAuditLogRepo(reports),
    removal: createAuditRemoval(db),
    clock,
    retentionDays: config.audit.retentionDays,
    onError,
  });

  const keyRing = createKeyRing({
    ...{ audit, cipher, clock, db, onError },
    repo: createKeyRingRepo(reports),
    store: options.infra.keyRing,
    changes: events,
    server: id(),
  });
  await keyRing.open();

  const ledger = await openUsageLedger({
    dir: join(config.dataDir, 'journal'),
    pool,
    clock,
    zone: config.quotas.zone,
    log,
  });
  const usageUpkeep = createUsageUpkeep({
    pool,
    clock,
    zone: config.quotas.zone,
    retentionDays: config.usage.retentionDays,
    log,
  });
  const usage = createUsageService({
    repo: createUsageRepo(pool),
    summaries: createSummaryRepo(reports, config.quotas.zone),
    statistics: createStatistics({ pool: reports, clock, zone: config.quotas.zone }),
    clock,
    zone: config.quotas.zone,
  });
  const tokensToday = createTokensToday({ pool, clock, zone: config.quotas.zone });
  const spentThisMonth = createSpentThisMonth({ pool, clock, zone: config.quotas.zone });
  const quotas = buildQuotas({
    ...{ audit, db, pool, reports, ledger, events, clock, log, config, onError },
  });

  const tracesRepo = createTracesRepo(pool);
  const traces = createTraceKeeper({
    repo: tracesRepo,
    clock,
    ...config.traces,
    onError: (err) =>
      log.error({ err, lost: traces.lost() }, 'traces of requests were not written'),
  });
  const why = createWhyService({ repo: tracesRepo, usage, clock, ...config.traces });

  const people = buildPeople({
    audit,
    db,
    clock,
    log,
    cipher,
    redisUrl: config.redis.url,
    mail: config.mail,
    publicUrl: config.http.publicUrl,
    passwordRounds: options.passwordRounds,
  });

  const { meOf, ...sso } = buildSso({
    ...{ audit, cipher, clock, db, log, outbound },
    ...people.forSso,
    admit: people.admit,
    environment: config.sso.environment,
  });

  const endings = createEndings({
    server: id(),
    repo: createEndingsRepo(pool),
    changes: events,
    clock,
    onError,
  });

  const jobs = buildJobs({
    ...{ audit, cipher, clock, db, pool, onError },
    newId: id,
    explain: explainError,
  });

  const platformsRepo = createPlatformsRepo(db);
  const pluginApi = createPluginApi({
    ...{ db, cipher, audit, clock, log, random, onError },
    config: config.pluginApi,
    changes: events,
    newId: id,
  });
  const registry = createRegistry({
    configured: pluginApi.platforms,
    custom: platformsRepo.all,
    changes: events,
    clock,
    onError,
  });
  const sandbox = createSandbox({ clock, random });
  const alerting = buildAlerts({
    ...{ db, reports, cipher, outbound, audit, clock, ledger, onError },
    changes: events,
    newId: id,
    mail: people.services.registration.mail,
    gate: quotas.gate,
    dataDir: config.dataDir,
    redisUrl: config.redis.url,
    publicUrl: config.http.publicUrl,
  });
  const { alerts } = alerting;

  const proxies = buildProxies({
    ...{ audit, cipher, clock, db, log, onError, outbound, random },
    changes: events,
    newId: id,
    allow: config.upstream.allow,
    alerts,
    config: config.proxies,
  });
  const callsBy = (client: Pick<Outbound, 'request'>) =>
    createCallPlatform({ outbound: client, via: proxies.dispatch, sandbox, version });
  const callPlatform = pluginApi.calls(callsBy, callsBy(outbound));
  const platforms = createPlatformsService({ repo: platformsRepo, registry, outbound, audit });

  const oauthClients = createOAuthClientsService({
    repo: createOAuthClientsRepo(db),
    ...{ audit, cipher, outbound, registry },
    newId: id,
  });

  const vaultSecrets = buildVaultSecrets({
    ...{ audit, clock, db, onError, pool, reports },
    changes: events,
    limiters: people.limiters,
    newId: id,
    configured: config.publicApi.secret,
    retentionDays: config.publicApi.leaseRetentionDays,
  });

  const accountsRepo = createAccountsRepo(db);
  const accountPool = createAccountPool({
    repo: createAccountPoolRepo(pool),
    cipher,
    changes: events,
    clock,
    zone: config.quotas.zone,
    newId: id,
    quotaGroup: (platformId, model) => registry.find(platformId)?.quotaGroup?.(model) ?? model,
    renewal: {
      renew: (...asked) => vault.renewal.renew(...asked),
      ahead: (...asked) => vault.renewal.ahead(...asked),
      worked: (...asked) => vault.renewal.worked(...asked),
    },
    onError,
  });
  const vault = await createVault({
    ...{ pool, cipher, outbound, clock, random, log, onError },
    changes: events,
    dispatch: proxies.dispatch,
    alerts,
    dataDir: config.dataDir,
    isPlatform: (platformId) => registry.find(platformId) !== undefined,
    reload: (ids) => accountPool.refresh(ids),
  });
  const vaultConsole = buildVaultConsole({
    ...{ audit, clock, db, vault },
    platformName: (platformId) => registry.find(platformId)?.name ?? platformId,
  });
  const vaultBatch = buildVaultBatch({
    ...{ audit, cipher, clock, db, onError, vault },
    jobs: jobs.jobs,
    hasPlatform: (platformId) => registry.find(platformId) !== undefined,
  });
  const vaultContract = buildVaultContract({
    ...{ audit, cipher, clock, db, oauthClients, pool, vault },
    proxies: proxies.service,
    zone: config.quotas.zone,
  });
  const modelsRepo = createModelsRepo(db);
  const catalogue = createModelCatalogue({ repo: modelsRepo, changes: events, clock, onError });
  const accounts = createAccountsService({
    repo: accountsRepo,
    pool: accountPool,
    registry,
    cipher,
    call: callPlatform,
    audit,
    firstModelOn: catalogue.firstModelOn,
    clock,
    zone: config.quotas.zone,
    newId: id,
  });
  const accountRecords = createAccountRecordsService({
    repo: createAccountRecordsRepo(pool),
    accounts: accountsRepo,
    audit,
    registry,
    refreshAll: accountPool.refreshAll,
    clock,
    zone: config.quotas.zone,
    onError,
  });
  const models = createModelsService({
    repo: modelsRepo,
    catalogue,
    registry,
    ready: accountPool.ready,
    platformsWithAccounts: accountsRepo.platformsInUse,
    audit,
    clock,
    newId: id,
  });
  const prices = createPricesService({ repo: createPricesRepo(db), catalogue, audit, clock });

  const lent = createPool({
    ...{ audit, db, pool, reports, clock, onError },
    changes: events,
    newId: id,
    models: catalogue.list,
    platformName: (platformId) => registry.find(platformId)?.name ?? platformId,
    restsUntil: accountPool.coolingUntil,
    remainingOf: (accountId) => accountPool.live(accountId).remaining ?? 1,
    quotaOf: accountPool.quotaOf,
    keyPrintOf: createKeyPrints(cipher),
    tokensPerDayOf: (accountId) =>
      quotas.rules.of('account', accountId).find(({ metric }) => metric === 'tokens-per-day')
        ?.limit ?? null,
    onUnknownUse: (accountId, requestId) =>
      log.info(
        { accountId, requestId },
        'a lent account served, and nobody can tell what part of its quota that was: it cost no credit',
      ),
  });

  const lookup = createKeyLookup({
    repo: createKeyLookupRepo(pool),
    changes: events,
    clock,
    onError,
  });
  const known = createPeople({
    repo: createPeopleRepo(pool),
    changes: events,
    clock,
    onError,
  });
  const tokens = createTokensService({
    ...{ people: known, changes: events, audit, clock, onError },
    repo: createTokensRepo(db),
    access: createAccessTokens({
      keys: options.infra.tokens.keys,
      lifeMs: config.tokens.accessMs,
      clock,
    }),
    endSessionsOf: deleteSessionsOf,
    lifeMs: { access: config.tokens.accessMs, refresh: config.tokens.refreshMs },
  });
  const profiles = createProfilesService({ repo: createProfilesRepo(db), audit });
  const keys = createKeysService({
    repo: createKeysRepo(db),
    search: createKeysSearchRepo(db),
    lookup,
    audit,
    tokensToday: (ids) => tokensToday('key', ids),
    spent: (ids) => spentThisMonth('key', ids),
    clock,
    zone: config.quotas.zone,
    newId: id,
  });

  const linking = buildLinking({
    ...{ audit, cipher, clock, db, onError, outbound, registry, vault },
    clients: oauthClients,
    publicUrl: config.http.publicUrl,
    pluginPlatform: config.pluginContract.oauthPlatform,
    meOf,
    update: accounts.update,
  });

  const pluginContract = createPluginContract({
    link: linking.forPlugin,
    ...{ audit, accountPool, accounts, clock, db, reports },
    users: people.services.users,
    sessions: people.services.sessions,
    models: catalogue.list,
    poolService: lent.service,
    forgetKeys: lookup.forgetKeys,
  });

  const numberedKeys = createNumberedKeys({ repo: createNumberedKeysRepo(db), keys });
  const ownUsage = createOwnUsage({ reports, clock, zone: config.quotas.zone });

  const responses = createResponsesService({
    repo: createResponsesRepo(pool),
    cipher,
    clock,
    ...config.responses,
    onError,
  });

  const apply = createApplyService({
    repo: createApplyRepo(db, { now: clock.now, newId: id }),
    users: people.usersRepo,
    passwords: people.passwords,
    audit,
    cipher,
    newId: id,
  });

  return {
    people: known,
    profiles,
    limiters: people.limiters,
    /** Programs that lease access tokens. */
    programs: { lookup: vaultSecrets.lookup, leasing: vaultSecrets.leasingFrom(vault) },
    services: {
      ...people.services,
      tokens,
      ...sso,
      platforms,
      ...alerting.services,
      proxies: proxies.service,
      vault,
      keyRing,
      oauthClients,
      vaultConsole,
      linking: linking.service,
      vaultSecrets: vaultSecrets.services,
      accounts,
      accountRecords,
      models,
      prices,
      keys,
      numberedKeys,
      pool: lent.service,
      pluginContract,
      pluginApi: pluginApi.service,
      jobs: jobs.service,
      vaultBatch: vaultBatch.service,
      vaultContract,
      quotas: quotas.service((platformId) => registry.find(platformId) !== undefined),
      usage,
      ownUsage,
      why,
      audit: auditService,
      apply,
    },
    ports: {
      ledger,
      traces,
      quotas: quotas.gate,
      rules: quotas.rules,
      counted: quotas.counted,
      counters: quotas.counters,
      pool: accountPool,
      credit: lent.credit,
      models: catalogue,
      responses,
      lookup,
      registry,
      callPlatform,
      pluginWay: pluginApi.way,
      endings,
    },
    /** Reads what the request path keeps in memory; a set-up file is applied before. */
    async start(): Promise<void> {
      // Counters of limits are read from roll-ups, so these come first.
      await usageUpkeep.start();
      await keyRing.start();
      await proxies.start();
      alerting.start();
      await Promise.all([registry.start(), accountPool.start(), catalogue.start(), quotas.start()]);
      await lent.start();
      await vault.start();
      linking.start();
      await endings.start();
      responses.start();
      accountRecords.start();
      traces.start();
      tokens.sweep();
      auditService.start();
      vaultSecrets.start();
      pluginApi.start();
      jobs.start();
      vaultBatch.start();
    },
    /** Writes what is still in memory. */
    async close(): Promise<void> {
      await linking.close();
      // Jobs ask the vault, so they stop first.
      await Promise.all([jobs.close(), vaultBatch.close()]);
      await vault.close();
      // First, for what ends below would be told as trouble.
      await alerting.close();
      registry.close();
      catalogue.close();
      await Promise.allSettled([
        usageUpkeep.close(),
        proxies.close(),
        keyRing.close(),
        pluginApi.close(),
        lookup.close(),
        known.close(),
        tokens.close(),
        accountPool.close(),
        lent.close(),
        responses.close(),
        accountRecords.close(),
        quotas.close(),
        traces.close(),
        auditService.close(),
        vaultSecrets.close(),
        people.failed.settled(),
        people.limiters.close(),
        people.services.registration.mail.close(),
        endings.close(),
      ]);
      await ledger.close();
    },
  };
}
export type Features = Awaited<ReturnType<typeof buildFeatures>>;
