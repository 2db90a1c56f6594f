import type { LookupAddress } from 'node:dns';
import { lookup as systemLookup } from 'node:dns/promises';
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { Agent } from 'undici';
import { AppError } from '#shared/errors.ts';
import type { Log } from '../log.ts';
import { type AllowRule, parseAllow } from './allow-list.ts';
import { outboundError } from './errors.ts';
import { exchange, type Incoming } from './exchange.ts';
import { createGuard } from './guard.ts';
import type { IncomingBody } from './incoming-body.ts';
import { guardedPool, proxiedPool } from './pool.ts';
import { parseProxyUrl } from './proxy-url.ts';
import { parseJson, readText } from './read-json.ts';
import { nextHop } from './redirects.ts';

export { type AllowRule, parseAllow } from './allow-list.ts';
export { type IncomingBody, readWhole } from './incoming-body.ts';
export { createProxyCheck, type ProxyCheck } from './proxy-check.ts';
export { parseProxyUrl } from './proxy-url.ts';

export type OutboundRequest = {
  /** Default GET. */
  method?: string;
  /** Lower-case names. `accept-encoding` is always set to `identity`. */
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer | Readable;
  signal?: AbortSignal;
  /** Longest wait for the answer's headers, default 300 s; 0 waits for ever. */
  headersTimeoutMs?: number;
  /** Longest silence inside the answer's body, default 300 s; 0 waits for ever. */
  bodyTimeoutMs?: number;
  /** How many redirects to follow, each checked like a request of its own. Default 0: they are answers. */
  followRedirects?: number;
};

export type OutboundAnswer = {
  status: number;
  headers: Readonly<IncomingHttpHeaders>;
  /** Must be read or destroyed. Throws what `request` throws. */
  body: IncomingBody;
  origin: string;
};

export type Lookup = (hostname: string) => Promise<LookupAddress[]>;

export type OutboundOptions = {
  /** OUTBOUND_ALLOW entries, parsed or not, see `parseAllow`. */
  allow: readonly (string | AllowRule)[];
  log: Pick<Log, 'warn'>;
  /** All addresses of a host name; the system's resolver unless given. */
  lookup?: Lookup;
  connectTimeoutMs?: number;
  /**
   * A proxy through which everything goes, or fails with AppError `proxy_failed`; see `parseProxyUrl`.
   * Its own address has to be a public one or on the allow-list, too.
   */
  via?: string;
};

export type Outbound = {
  /**
   * Sends a request and resolves with its headers; the body streams.
   * @throws AppError `outbound_refused`, `upstream_failed`, `upstream_timeout` or `bad_request`; when
   * `signal` aborts, the signal's own reason.
   */
  request(url: string | URL, options?: OutboundRequest): Promise<OutboundAnswer>;
  /** Checks a URL before it is stored, without asking DNS. Throws like `request`. */
  assertAllowed(url: string | URL): void;
  /** Like `request`, with the answer (any status) read as JSON of at most `maxBytes`, default 1 MiB. */
  json(
    url: string | URL,
    options?: OutboundRequest & { maxBytes?: number },
  ): Promise<{ status: number; headers: OutboundAnswer['headers']; data: unknown }>;
  /** Ends all connections; requests that still run fail, or are waited for when it is to `drain`. */
  close(options?: { drain?: boolean }): Promise<void>;
};

const IDENTITY = { 'accept-encoding': 'identity' };

/**
 * The one HTTP client through which every request goes that a user can influence. It calls only
 * http(s) URLs without credentials, at public addresses or those on the allow-list; the check is made
 * on the very addresses the socket then connects to, so a name that changes its mind gains nothing.
 */
export function createOutbound(options: OutboundOptions): Outbound {
  const guard = createGuard(
    options.allow.map((entry) => (typeof entry === 'string' ? parseAllow(entry) : entry)),
    options.log,
  );
  const lookup = options.lookup ?? ((hostname) => systemLookup(hostname, { all: true }));
  const connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
  const pooling = { guard, lookup, connectTimeoutMs };
  const proxy = options.via === undefined ? null : parseProxyUrl(options.via);
  const agent = new Agent({
    factory: (origin) =>
      proxy ? proxiedPool(new URL(origin), proxy, pooling) : guardedPool(new URL(origin), pooling),
  });

  async function send(url: string | URL, req: OutboundRequest): Promise<OutboundAnswer> {
    const { origin, path } = guard.target(url);
    const answer = await exchange({
      dispatcher: agent,
      request: {
        origin,
        path,
        method: req.method ?? 'GET',
        headers: { ...req.headers, ...IDENTITY },
        body: req.body ?? null,
        headersTimeout: req.headersTimeoutMs ?? null,
        bodyTimeout: req.bodyTimeoutMs ?? null,
      },
      signal: req.signal ?? null,
      explain: (error) => outboundError(error, origin),
    });
    refuseCompressed(answer, origin);
    return { ...answer, origin };
  }

  async function follow(url: string | URL, req: OutboundRequest, hops: number) {
    let hop = { url: String(url), options: req };
    for (let left = hops; ; left--) {
      const answer = await send(hop.url, hop.options);
      const { origin } = answer;
      let next: typeof hop | undefined;
      try {
        next = nextHop({ ...hop, origin }, answer);
      } catch (error) {
        answer.body.destroy();
        throw error;
      }
      if (!next) return answer;
      answer.body.destroy();
      if (left === 0) {
        throw new AppError('upstream_failed', `${origin} redirected more than ${hops} times.`);
      }
      hop = next;
    }
  }

  function request(url: string | URL, req: OutboundRequest = {}): Promise<OutboundAnswer> {
    return req.followRedirects ? follow(url, req, req.followRedirects) : send(url, req);
  }

  return {
    request,
    assertAllowed: (url) => void guard.target(url),
    async json(url, { maxBytes = 1_048_576, ...req } = {}) {
      const answer = await request(url, req);
      const data = parseJson(await readText(answer, maxBytes), answer);
      return { status: answer.status, headers: answer.headers, data };
    },
    close: ({ drain = false } = {}) => (drain ? agent.close() : agent.destroy()),
  };
}

function refuseCompressed(answer: Incoming, origin: string): void {
  const encoding = answer.headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return;
  answer.body.destroy();
  throw new AppError(
    'upstream_failed',
    `${origin} answered compressed (${encoding}) although asked not to, so its answer cannot be read.`,
  );
}
