import { hostname } from 'node:os';
import type { Pool } from 'pg';
import type { Cipher } from '../../infra/cipher.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Events } from '../../infra/events.ts';
import { createHourlyRemoval } from '../../infra/hourly-removal.ts';
import type { Mailer } from '../../infra/mail.ts';
import type { Outbound } from '../../infra/outbound/index.ts';
import type { Db } from '../../infra/prisma/client.ts';
import type { Audit } from '../audit/index.ts';
import { createQuotaRulesRepo, type WatchedQuotaGate } from '../quotas/index.ts';
import { createAlertsRepo } from './alerts.repo.ts';
import { createAlertsService } from './alerts.service.ts';
import { type Alerts, createAlertQueue } from './alerts.ts';
import { createAlertsListRepo } from './alerts-list.repo.ts';
import { createChannelsRepo } from './channels.repo.ts';
import { createChannelsService } from './channels.service.ts';
import { createDeliveriesRepo } from './deliveries.repo.ts';
import { createSender } from './sender.ts';
import { createAlertSettingsRepo } from './settings.repo.ts';
import { createTargets } from './targets.ts';
import { createTell } from './tell.ts';
import { createWatchRepo } from './watch.repo.ts';
import { createWatch } from './watch.ts';
import { createLimitsWatcher } from './watch-limits.ts';
import { createRedisTime, createServerWatchers, type WatchServerDeps } from './watch-server.ts';
import { createDatabaseWatchers } from './watchers.ts';

const DAY_MS = 86_400_000;
const ALERTS_KEPT_MS = 90 * DAY_MS;
const DELIVERIES_KEPT_MS = 30 * DAY_MS;

export type BuildAlertsOptions = {
  db: Db;
  /** For what may take long. */
  reports: Pick<Pool, 'query'>;
  cipher: Pick<Cipher, 'seal' | 'open'>;
  outbound: Pick<Outbound, 'request' | 'assertAllowed'>;
  changes: Pick<Events, 'on'>;
  audit: Pick<Audit, 'note' | 'noting'>;
  clock: Clock;
  newId: () => string;
  mail: WatchServerDeps['mail'] & Pick<Mailer, 'sendNow'>;
  gate: Pick<WatchedQuotaGate, 'state'>;
  ledger: WatchServerDeps['ledger'];
  dataDir: string;
  redisUrl: string | null;
  /** Address people reach this server by, for links; null = not said. */
  publicUrl: string | null;
  /** This server's name among its like. */
  server?: string;
  onError(error: unknown): void;
};

/** Alerts as a whole: who raises them, what watches, who is told, and what the console asks. */
export function buildAlerts(options: BuildAlertsOptions) {
  const { audit, changes, cipher, clock, db, mail, newId, onError, outbound, publicUrl } = options;
  const server = options.server ?? hostname();
  const repo = createAlertsRepo({ db, newId });
  const settings = createAlertSettingsRepo(db);
  const channels = createChannelsRepo(db);
  const deliveries = createDeliveriesRepo(db);
  const targets = createTargets({ cipher, outbound });
  const tell = createTell({ outbound, mailer: mail, clock });
  const common = { targets, tell, publicUrl, clock };
  const sender = createSender({ ...common, repo: deliveries, channels, onError });
  const changed = () => sender.wake();
  const queue = createAlertQueue({ repo, settings, clock, changed, onError });

  const watchRepo = createWatchRepo(options.reports);
  const redis = options.redisUrl === null ? null : createRedisTime(options.redisUrl);
  const rules = createQuotaRulesRepo(db);
  const watch = createWatch({
    ...{ server, repo, settings, clock, changed, onError, leader: watchRepo },
    watchers: [
      ...createDatabaseWatchers({ repo: watchRepo, clock }),
      createLimitsWatcher({ gate: options.gate, rules, repo: watchRepo, alerts: repo, clock }),
      ...createServerWatchers({
        ...{ server, clock, mail },
        dataDir: options.dataDir,
        ledger: options.ledger,
        clocks: { PostgreSQL: watchRepo.databaseTime, ...(redis && { Redis: redis.now }) },
      }),
    ],
  });
  const removals = [
    createHourlyRemoval({ clock, onError, retentionMs: ALERTS_KEPT_MS, remove: repo.trim }),
    createHourlyRemoval({
      clock,
      onError,
      retentionMs: DELIVERIES_KEPT_MS,
      remove: deliveries.trim,
    }),
  ];
  const stops: (() => void)[] = [];
  const alerts: Alerts = { raise: queue.raise, resolve: queue.resolve };

  return {
    alerts,
    services: {
      alerts: createAlertsService({ repo: createAlertsListRepo(db), settings, audit, clock }),
      alertChannels: createChannelsService({ ...common, repo: channels, deliveries, audit, newId }),
    },
    watch,
    /** Resolves when everything raised here is written. */
    idle: queue.idle,
    /** Tells what is in line, beside the rounds. */
    deliver: sender.deliver,
    start(): void {
      // Accounts that change may have expired: nobody waits half a minute to be told.
      stops.push(changes.on('accounts', () => watch.soon()));
      watch.start();
      sender.start();
      for (const removal of removals) removal.start();
    },
    async close(): Promise<void> {
      for (const stop of stops) stop();
      await watch.close();
      await queue.idle();
      await sender.close();
      await Promise.all(removals.map((removal) => removal.close()));
      redis?.close();
    },
  };
}
