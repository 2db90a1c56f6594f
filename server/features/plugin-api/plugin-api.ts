import type { Clock } from '../../infra/clock.ts';
import type { Log } from '../../infra/log.ts';
import { createOutbound, type Outbound } from '../../infra/outbound/index.ts';
import type { Db } from '../../infra/prisma/client.ts';
import type { Changes } from '../../infra/reloader.ts';
import type { CallPlatform, Platform } from '../../platforms/platform.ts';
import { pluginPlatform } from '../../platforms/plugin.ts';
import { createPluginCalls } from '../../platforms/plugin-calls.ts';
import type { AccountCipher } from '../accounts/index.ts';
import type { Audit } from '../audit/index.ts';
import { createAdminCalls } from './admin-calls.ts';
import { createPluginApiService } from './plugin-api.service.ts';
import { createPluginKeysRepo } from './plugin-keys.repo.ts';
import { createProvisioning } from './provisioning.ts';

/** Of the contract. */
const LONGEST_CONNECT_MS = 60_000;

export type PluginApiConfig = { baseUrl: string; adminKey: string } | null;

export type PluginApiOptions = {
  config: PluginApiConfig;
  db: Db;
  cipher: AccountCipher;
  changes: Changes<'users'>;
  audit: Pick<Audit, 'note'>;
  clock: Clock;
  log: Pick<Log, 'warn'>;
  random: () => number;
  newId: () => string;
  onError(error: unknown): void;
};

/** The Plug-in API as a whole: who has an account there, the platform it is, and the way to it. */
export function createPluginApi(options: PluginApiOptions) {
  const { config, db, log, ...rest } = options;
  const repo = createPluginKeysRepo(db);
  const way = config && openWay(config, log);
  const provisioning = way && createProvisioning({ ...rest, repo, admin: createAdminCalls(way) });
  const wake = () => provisioning?.wake();
  const baseUrl = config?.baseUrl ?? null;
  const platforms: readonly Platform[] = config ? [pluginPlatform(config.baseUrl)] : [];

  return {
    service: createPluginApiService({ ...rest, repo, baseUrl, wake }),
    /** Where people's own calls go; null where no Plug-in API is set up. */
    way: way && { baseUrl: way.baseUrl, outbound: way.outbound },
    platforms,
    /** Calls like `call`, and the Plug-in API by a way of its own: whoever set it up said where it is. */
    calls(make: (outbound: Pick<Outbound, 'request'>) => CallPlatform, call: CallPlatform) {
      if (!way) return call;
      const [base] = platforms.map(({ endpoints }) => endpoints[0].baseUrl);
      const there = createPluginCalls(make(way.outbound));
      const choose: CallPlatform = (request) =>
        request.baseUrl === base ? there(request) : call(request);
      return choose;
    },
    start: () => provisioning?.start(),
    async close(): Promise<void> {
      await provisioning?.close();
      await way?.outbound.close();
    },
  };
}

/** Its own client: the address of the configuration is open to it, private or not, and no other is. */
function openWay(config: NonNullable<PluginApiConfig>, log: Pick<Log, 'warn'>) {
  const { hostname, port, protocol } = new URL(config.baseUrl);
  const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  const allow = [`${hostname}:${number}`];
  const outbound = createOutbound({ allow, log, connectTimeoutMs: LONGEST_CONNECT_MS });
  return { ...config, outbound };
}
