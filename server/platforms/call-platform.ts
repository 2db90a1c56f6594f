import type { Outbound } from '../infra/outbound/index.ts';
import type { Auth, CallPlatform, UpstreamRequest } from './platform.ts';

export type CallPlatformDeps = {
  outbound: Pick<Outbound, 'request'>;
  /** A client that goes through a proxy, or fails. */
  via(proxyId: string): Pick<Outbound, 'request'>;
  /** Answers requests to the platform without a base URL. */
  sandbox: CallPlatform;
  /** Gatehouse's own version: it says plainly who calls. */
  version: string;
};

/**
 * Calls a platform over HTTP with the account's key, or the sandbox in this process. The answer's body
 * streams and is never compressed; its errors are AppErrors too.
 * @throws AppError upstream_failed, upstream_timeout, outbound_refused, proxy_failed; when the request's signal
 * aborts, the signal's own reason.
 */
export function createCallPlatform(deps: CallPlatformDeps): CallPlatform {
  const { outbound, sandbox, version, via } = deps;
  const userAgent = `gatehouse/${version}`;

  return async (request) => {
    if (request.baseUrl === null) return sandbox(request);
    const client = request.proxyId ? via(request.proxyId) : outbound;
    return client.request(urlOf(request.baseUrl, request.path), {
      method: request.method,
      headers: headersOf(request, userAgent),
      ...(request.body && { body: request.body }),
      signal: request.signal,
      headersTimeoutMs: request.timeoutMs,
      bodyTimeoutMs: request.timeoutMs,
    });
  };
}

/** The address of a path below a base URL, whether or not that ends in a slash. */
export function urlOf(baseUrl: string, path: string): string {
  return (baseUrl.endsWith('/') ? baseUrl.slice(0, -1) : baseUrl) + path;
}

/** The caller's headers never replace ours: least of all the one that carries the key. */
function headersOf(request: UpstreamRequest, userAgent: string): Record<string, string> {
  return {
    accept: 'application/json, text/event-stream',
    ...request.headers,
    'accept-encoding': 'identity',
    'user-agent': userAgent,
    ...(request.body && { 'content-type': request.contentType ?? 'application/json' }),
    ...credential(request.auth, request.secret),
  };
}

function credential(auth: Auth, secret: string | null): Record<string, string> {
  if (secret === null || auth === 'none') return {};
  return auth === 'bearer' ? { authorization: `Bearer ${secret}` } : { [auth]: secret };
}
