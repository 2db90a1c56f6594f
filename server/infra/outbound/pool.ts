import type { LookupAddress, LookupOptions } from 'node:dns';
import { buildConnector, Pool } from 'undici';
import { type Guard, portOf } from './guard.ts';
import type { Lookup } from './index.ts';

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

function handOver(addresses: LookupAddress[], options: LookupOptions, callback: LookupCallback) {
  const [first] = addresses;
  if (options.all || !first) callback(null, addresses);
  else callback(null, first.address, first.family);
}
