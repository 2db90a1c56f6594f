import type { LookupAddress, LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import { buildConnector, Pool } from 'undici';
import { type Guard, portOf } from './guard.ts';
import type { Lookup } from './index.ts';
import type { ProxyAddress } from './proxy-url.ts';
import { openTunnel } from './tunnel.ts';

type PoolDeps = { guard: Guard; lookup: Lookup; connectTimeoutMs: number };
type LookupCallback = (
  error: Error | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/**
 * A keep-alive pool of one origin whose sockets connect only to addresses the guard has just checked:
 * the lookup hands the checked addresses themselves to the socket. A literal host skips the lookup, so
 * it is checked here, once, as well as by `guard.target` before every request.
 */
export function guardedPool(origin: URL, { guard, lookup, connectTimeoutMs }: PoolDeps): Pool {
  guard.target(origin);
  const port = portOf(origin);
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    allowH2: false,
    autoSelectFamily: true,
    // Node's 250 ms gives up on the first of two far addresses before it had a chance to answer.
    autoSelectFamilyAttemptTimeout: 1_000,
    lookup(hostname: string, options: LookupOptions, callback: LookupCallback) {
      lookup(hostname)
        .then((addresses) => {
          guard.checkResolved(hostname, port, addresses);
          return addresses;
        })
        .then(
          (addresses) => handOver(addresses, options, callback),
          (error: Error) => callback(error, []),
        );
    },
  });
  return new Pool(origin, { connect, allowH2: false, keepAliveTimeout: 30_000 });
}

/** Of one origin through one proxy: a proxy is a narrow place, and what waits for it waits in a queue. */
const MOST_TUNNELS = 256;

/**
 * The same through a proxy: names are resolved and checked here, the proxy gets the address, and there
 * is no other way to the origin than through it.
 */
export function proxiedPool(origin: URL, proxy: ProxyAddress, deps: PoolDeps): Pool {
  const { guard, lookup, connectTimeoutMs } = deps;
  guard.target(origin);
  const port = portOf(origin);
  const host = origin.hostname.startsWith('[') ? origin.hostname.slice(1, -1) : origin.hostname;
  const overTls = buildConnector({ timeout: connectTimeoutMs, allowH2: false });

  async function checkedAddress(): Promise<string> {
    const family = isIP(host);
    const addresses = family === 0 ? await lookup(host) : [{ address: host, family }];
    guard.checkResolved(host, port, addresses);
    // Not every proxy reaches IPv6.
    const chosen = addresses.find((one) => one.family === 4) ?? addresses[0];
    return chosen?.address ?? host;
  }

  return new Pool(origin, {
    connect(options, callback) {
      checkedAddress()
        .then((address) => openTunnel(proxy, { address, port }, deps))
        .then(
          (socket) => {
            if (origin.protocol !== 'https:') callback(null, socket);
            else overTls({ ...options, httpSocket: socket }, callback);
          },
          (error: Error) => callback(error, null),
        );
    },
    connections: MOST_TUNNELS,
    allowH2: false,
    keepAliveTimeout: 30_000,
  });
}

function handOver(addresses: LookupAddress[], options: LookupOptions, callback: LookupCallback) {
  const [first] = addresses;
  if (options.all || !first) callback(null, addresses);
  else callback(null, first.address, first.family);
}
