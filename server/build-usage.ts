import { join } from 'node:path';
import type { Common } from './build-common.ts';
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

/** What requests used, and why they went where they went. */
export async function buildUsage({ clock, config, log, pool, reports }: Common) {
  const { zone } = config.quotas;
  const ledger = await openUsageLedger({
    ...{ pool, clock, zone, log },
    dir: join(config.dataDir, 'journal'),
  });
  const upkeep = createUsageUpkeep({
    ...{ pool, clock, zone, log },
    retentionDays: config.usage.retentionDays,
  });
  const usage = createUsageService({
    ...{ clock, zone },
    repo: createUsageRepo(pool),
    summaries: createSummaryRepo(reports, zone),
    statistics: createStatistics({ pool: reports, clock, zone }),
  });
  const tracesRepo = createTracesRepo(pool);
  const traces = createTraceKeeper({
    repo: tracesRepo,
    clock,
    ...config.traces,
    onError: (err) =>
      log.error({ err, lost: traces.lost() }, 'traces of requests were not written'),
  });
  return {
    ...{ ledger, upkeep, traces },
    services: {
      usage,
      ownUsage: createOwnUsage({ reports, clock, zone }),
      why: createWhyService({ repo: tracesRepo, usage, clock, ...config.traces }),
    },
    tokensToday: createTokensToday({ pool, clock, zone }),
    spentThisMonth: createSpentThisMonth({ pool, clock, zone }),
  };
}
export type BuiltUsage = Awaited<ReturnType<typeof buildUsage>>;
