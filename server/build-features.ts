import { join } from 'node:path';
import { buildAccounts } from './build-accounts.ts';
import { commonOf } from './build-common.ts';
import type { Infra } from './build-infra.ts';
import { buildKeys } from './build-keys.ts';
import { buildPeople } from './build-people.ts';
import { buildPlatforms } from './build-platforms.ts';
import { buildQuotas } from './build-quotas.ts';
import { buildUsage } from './build-usage.ts';
import { buildVault } from './build-vault.ts';
import type { Config } from './config/config.ts';
import { buildAlerts } from './features/alerts/index.ts';
import { createApplyRepo, createApplyService } from './features/apply/index.ts';
import {
  createAudit,
  createAuditAnchor,
  createAuditLogRepo,
  createAuditRemoval,
  createAuditService,
} from './features/audit/index.ts';
import { buildJobs } from './features/jobs/index.ts';
import { createKeyRing, createKeyRingRepo } from './features/key-ring/index.ts';
import { createEndings, createEndingsRepo } from './features/off-switch/index.ts';
import { createPluginContract } from './features/plugin-contract/index.ts';
import { createResponsesRepo, createResponsesService } from './features/responses/index.ts';
import { buildSso, ENVIRONMENT_ID } from './features/sso/index.ts';
import { explainError } from './trpc/explain-error.ts';

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
  const { config, infra } = options;
  const audit = createAudit({ clock: infra.clock });
  const common = commonOf({ ...options, audit });
  const { cipher, clock, db, newId, onError, pool, reports } = common;
  const { retentionDays } = config.audit;
  const auditLog = createAuditLogRepo(reports);
  const auditService = createAuditService({
    ...{ clock, log: auditLog, onError, retentionDays },
    removal: createAuditRemoval(db),
    anchor: createAuditAnchor({
      ...{ clock, log: auditLog, onError, retentionDays },
      file: join(config.dataDir, 'audit-anchor.json'),
    }),
  });

  const keyRing = createKeyRing({
    ...common,
    repo: createKeyRingRepo(reports),
    store: infra.keyRing,
    server: newId(),
  });
  await keyRing.open();

  const used = await buildUsage(common);
  const { ledger, traces } = used;
  const quotas = buildQuotas({ ...common, ledger });
  const people = buildPeople({
    ...common,
    redisUrl: config.redis.url,
    mail: config.mail,
    publicUrl: config.http.publicUrl,
    environmentService: config.sso.environment && ENVIRONMENT_ID,
    passwordRounds: options.passwordRounds,
  });
  const { meOf, ...sso } = buildSso({
    ...{ ...common, ...people.forSso },
    admit: people.admit,
    environment: config.sso.environment,
  });
  const endings = createEndings({ ...common, server: newId(), repo: createEndingsRepo(pool) });
  const jobs = buildJobs({ ...common, explain: explainError });
  const alerting = buildAlerts({
    ...{ ...common, ledger },
    mail: people.services.registration.mail,
    gate: quotas.gate,
    dataDir: config.dataDir,
    redisUrl: config.redis.url,
    publicUrl: config.http.publicUrl,
  });

  const platforms = buildPlatforms(common, alerting.alerts);
  const { oauthClients, pluginApi, proxies, registry } = platforms;
  const vault = await buildVault(common, {
    ...{ platforms, alerts: alerting.alerts, jobs: jobs.jobs, limiters: people.limiters },
  });
  const { accountPool } = vault;
  const { accounts, accountRecords, catalogue, lent, models, prices } = buildAccounts(common, {
    ...{ accountPool, platforms, rules: quotas.rules },
  });
  const linking = vault.linkingWith(meOf, accounts.update);
  const keys = buildKeys(common, { signing: infra.tokens.keys, used });
  const pluginContract = createPluginContract({
    ...{ ...common, accountPool, accounts },
    link: linking.forPlugin,
    users: people.services.users,
    sessions: people.services.sessions,
    models: catalogue.list,
    poolService: lent.service,
    forgetKeys: keys.lookup.forgetKeys,
  });
  const responses = createResponsesService({
    repo: createResponsesRepo(pool),
    ...{ cipher, clock, onError, ...config.responses },
  });
  const apply = createApplyService({
    repo: createApplyRepo(db, { now: clock.now, newId }),
    users: people.usersRepo,
    passwords: people.passwords,
    ...{ audit, cipher, newId },
  });

  return {
    people: keys.people,
    profiles: keys.profiles,
    limiters: people.limiters,
    programs: vault.programs,
    services: {
      ...people.services,
      ...sso,
      ...alerting.services,
      ...used.services,
      ...vault.services,
      ...keys.services,
      platforms: platforms.platforms,
      proxies: proxies.service,
      keyRing,
      oauthClients,
      linking: linking.service,
      accounts,
      accountRecords,
      models,
      prices,
      pool: lent.service,
      pluginContract,
      pluginApi: pluginApi.service,
      jobs: jobs.service,
      quotas: quotas.service(platforms.isPlatform),
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
      lookup: keys.lookup,
      registry,
      callPlatform: platforms.callPlatform,
      pluginWay: pluginApi.way,
      endings,
    },
    /** Reads what the request path keeps in memory; a set-up file is applied before. */
    async start(): Promise<void> {
      // Counters of limits are read from roll-ups, so these come first.
      await used.upkeep.start();
      await keyRing.start();
      await proxies.start();
      alerting.start();
      await Promise.all([registry.start(), accountPool.start(), catalogue.start(), quotas.start()]);
      await lent.start();
      await vault.vault.start();
      linking.start();
      await endings.start();
      responses.start();
      accountRecords.start();
      traces.start();
      keys.services.tokens.sweep();
      auditService.start();
      vault.secrets.start();
      pluginApi.start();
      jobs.start();
      vault.batch.start();
    },
    /** Writes what is still in memory. */
    async close(): Promise<void> {
      await linking.close();
      // Jobs ask the vault, so they stop first.
      await Promise.all([jobs.close(), vault.batch.close()]);
      await vault.vault.close();
      // First, for what ends below would be told as trouble.
      await alerting.close();
      registry.close();
      catalogue.close();
      await Promise.allSettled([
        used.upkeep.close(),
        proxies.close(),
        keyRing.close(),
        pluginApi.close(),
        keys.lookup.close(),
        keys.people.close(),
        keys.services.tokens.close(),
        accountPool.close(),
        lent.close(),
        responses.close(),
        accountRecords.close(),
        quotas.close(),
        traces.close(),
        auditService.close(),
        vault.secrets.close(),
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
