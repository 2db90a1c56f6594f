import type { Pool } from 'pg';
import type { Config } from './config/config.ts';
import type { Audit } from './features/audit/index.ts';
import {
  connectQuotaRedis,
  createLoadUsed,
  createMemoryQuotaGate,
  createQuotaRules,
  createQuotaRulesRepo,
  createQuotasService,
  createRedisQuotaGate,
  createSpentRepo,
  createUsedRepo,
} from './features/quotas/index.ts';
import { createUsedSince } from './features/usage/index.ts';
import type { Clock } from './infra/clock.ts';
import type { Events } from './infra/events.ts';
import type { Log } from './infra/log.ts';
import type { Db } from './infra/prisma/client.ts';

export type QuotasOptions = {
  db: Db;
  pool: Pool;
  /** For what may take long. */
  reports: Pool;
  ledger: { flush(): Promise<void> };
  events: Events;
  audit: Audit;
  clock: Clock;
  log: Log;
  config: Pick<Config, 'quotas' | 'redis'>;
  onError(error: unknown): void;
};

/** Limits and who counts them: this process, or Redis for many. */
export function buildQuotas(options: QuotasOptions) {
  const { audit, db, pool, reports, ledger, events, clock, log, config, onError } = options;
  const repo = createQuotaRulesRepo(db);
  const counted = { ledger, clock, zone: config.quotas.zone };
  const counting = {
    clock,
    zone: config.quotas.zone,
    loadUsed: createLoadUsed(createUsedSince({ ...counted, pool })),
  };
  const rules = createQuotaRules({ repo, changes: events, clock, onError });
  const shared =
    config.redis.url === null
      ? null
      : createRedisQuotaGate({
          ...counting,
          spentBy: createSpentRepo(pool),
          redis: connectQuotaRedis(config.redis.url, { commandMs: config.redis.timeoutMs }),
          log,
        });
  const inMemory = createMemoryQuotaGate(counting);
  const gate = shared ?? inMemory;

  return {
    gate,
    rules,
    /** What the console asks. */
    service: (isPlatform: (id: string) => boolean) =>
      createQuotasService({
        repo,
        audit,
        past: createUsedRepo(reports).past,
        usedSince: createLoadUsed(createUsedSince({ ...counted, pool: reports })),
        gate,
        rules,
        isPlatform,
        clock,
        zone: config.quotas.zone,
      }),
    /** What is known of the counters in memory; null where Redis has them. */
    counters: () => (shared === null ? inMemory.counts().counters : null),
    /** Where limits are counted now, for /healthz. */
    counted: () => (shared === null ? 'here' : shared.shared() ? 'in Redis' : 'by share'),
    async start(): Promise<void> {
      await Promise.all([rules.start(), shared?.start()]);
    },
    async close(): Promise<void> {
      rules.close();
      await shared?.close();
    },
  };
}
