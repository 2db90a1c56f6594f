import type { Pool } from 'pg';
import type { Clock } from '../../infra/clock.ts';
import type { Db } from '../../infra/prisma/client.ts';
import { type Changes, createReloader } from '../../infra/reloader.ts';
import { createCreditRepo } from './credit.repo.ts';
import { createFollowLendings, type FollowDeps } from './follow-lendings.ts';
import { createLendingsRepo } from './lendings.repo.ts';
import { createPoolRepo } from './pool.repo.ts';
import { createPoolService, type PoolServiceDeps } from './pool.service.ts';
import { createPoolSettings } from './pool.settings.ts';
import { createPoolCredit, type PoolCreditDeps } from './pool-credit.ts';
import { createPoolSettingsRepo } from './settings.repo.ts';

export type PoolDeps = Pick<
  PoolServiceDeps,
  'audit' | 'models' | 'platformName' | 'remainingOf' | 'restsUntil'
> &
  Pick<FollowDeps, 'keyPrintOf'> &
  Pick<PoolCreditDeps, 'onError' | 'onUnknownUse' | 'quotaOf' | 'tokensPerDayOf'> & {
    db: Db;
    pool: Pool;
    reports: Pool;
    changes: Changes<'accounts' | 'models' | 'settings' | 'users'>;
    clock: Clock;
    newId: () => string;
  };

/** Pool credit, wired: the port of the request path, the service of the console, and what keeps both true. */
export function createPool(deps: PoolDeps) {
  const { changes, clock, newId, onError, pool, remainingOf } = deps;
  const settingsRepo = createPoolSettingsRepo(pool, deps.db);
  const settings = createPoolSettings({ repo: settingsRepo, changes, clock, onError });
  const credits = createCreditRepo(pool);
  const repo = createPoolRepo(pool, deps.reports);
  const credit = createPoolCredit({
    ...deps,
    repo: credits,
    settings,
    holder: newId(),
  });
  const followLendings = createFollowLendings({
    repo: createLendingsRepo(pool),
    settings,
    remainingOf,
    keyPrintOf: deps.keyPrintOf,
    clock,
    newId,
  });
  const follower = createReloader({
    async load() {
      await followLendings();
      await credit.refresh();
    },
    clock,
    onError,
  });
  const follow = () => follower.reload(null);
  const heard = () => void follow().catch(() => undefined);
  const stops: (() => void)[] = [];

  const service = createPoolService({
    ...deps,
    repo,
    credits,
    settings,
    settingsRepo,
    follow,
  });

  return {
    credit,
    service,
    /** Brings credits in line with what is lent, now. */
    follow,
    /** Reads settings and credits and follows changes from then on. Rejects like the database. */
    async start(): Promise<void> {
      await settings.start(heard);
      stops.push(
        changes.on('accounts', heard),
        changes.on('models', heard),
        changes.on('users', heard),
        changes.onGap(heard),
      );
      await follow();
      await credit.start();
    },
    async close(): Promise<void> {
      for (const stop of stops.splice(0)) stop();
      settings.close();
      follower.close();
      await credit.close();
    },
  };
}
