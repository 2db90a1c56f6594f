import type { Cipher } from '../../infra/cipher.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Log } from '../../infra/log.ts';
import { createOutbound, createProxyCheck, type Outbound } from '../../infra/outbound/index.ts';
import type { Db } from '../../infra/prisma/client.ts';
import type { Changes } from '../../infra/reloader.ts';
import type { Alerts } from '../alerts/index.ts';
import type { Audit } from '../audit/index.ts';
import { createProxiesRepo } from './proxies.repo.ts';
import { createProxiesService } from './proxies.service.ts';
import { createProxyChecks } from './proxy-checks.ts';
import { createProxyWays } from './proxy-ways.ts';

export type BuildProxiesOptions = {
  db: Db;
  cipher: Cipher;
  audit: Audit;
  changes: Changes<'proxies'>;
  clock: Clock;
  log: Log;
  random: () => number;
  newId: () => string;
  outbound: Outbound;
  /** OUTBOUND_ALLOW. */
  allow: readonly string[];
  alerts: Alerts;
  config: { target: { host: string; port: number }; everyMs: number };
  onError(error: unknown): void;
};

/** Proxies, wired: who keeps them, who goes through them, and who tries them. */
export function buildProxies(options: BuildProxiesOptions) {
  const { alerts, allow, audit, changes, cipher, clock, config, db, log } = options;
  const { newId, onError, outbound, random } = options;
  const repo = createProxiesRepo(db);
  const ways = createProxyWays({
    ...{ repo, cipher, changes, clock, onError },
    outboundVia: (via) => createOutbound({ via, allow, log }),
    direct: outbound,
  });
  const check = createProxyCheck({ allow, log });
  const checks = createProxyChecks({
    ...{ repo, cipher, check, alerts, clock, random, onError, ...config },
  });
  return {
    service: createProxiesService({ repo, cipher, checks, audit, newId }),
    dispatch: ways.dispatch,
    async start(): Promise<void> {
      await ways.start();
      checks.start();
    },
    async close(): Promise<void> {
      await Promise.all([checks.close(), ways.close()]);
    },
  };
}
