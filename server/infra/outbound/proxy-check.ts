import { lookup as systemLookup } from 'node:dns/promises';
import { AppError } from '#shared/errors.ts';
import type { Log } from '../log.ts';
import { type AllowRule, parseAllow } from './allow-list.ts';
import { createGuard } from './guard.ts';
import type { Lookup } from './index.ts';
import { parseProxyUrl } from './proxy-url.ts';
import { openTunnel } from './tunnel.ts';

export type ProxyCheckOptions = {
  allow: readonly (string | AllowRule)[];
  log: Pick<Log, 'warn'>;
  lookup?: Lookup;
  connectTimeoutMs?: number;
};

/** Resolves once a connection through the proxy stood, and was closed again. */
export type ProxyCheck = (via: string, target: { host: string; port: number }) => Promise<void>;

/**
 * Tries a proxy without sending anything through it. Rejects with AppError proxy_failed, or with
 * upstream_failed or outbound_refused when it is the target that cannot be found or called.
 */
export function createProxyCheck(options: ProxyCheckOptions): ProxyCheck {
  const guard = createGuard(
    options.allow.map((entry) => (typeof entry === 'string' ? parseAllow(entry) : entry)),
    options.log,
  );
  const lookup = options.lookup ?? ((host) => systemLookup(host, { all: true }));
  const connectTimeoutMs = options.connectTimeoutMs ?? 10_000;

  return async (via, { host, port }) => {
    const addresses = await lookup(host).catch((cause: unknown) => {
      const text = `${host} could not be looked up; the proxy was not asked.`;
      throw new AppError('upstream_failed', text, { cause });
    });
    guard.checkResolved(host, port, addresses);
    const address = (addresses.find(({ family }) => family === 4) ?? addresses[0])?.address ?? host;
    const deps = { guard, lookup, connectTimeoutMs };
    const socket = await openTunnel(parseProxyUrl(via), { address, port }, deps);
    socket.on('error', () => undefined);
    socket.destroy();
  };
}
