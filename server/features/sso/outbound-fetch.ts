import type { CustomFetch } from 'openid-client';
import { AppError } from '#shared/errors.ts';
import { type Outbound, readWhole } from '../../infra/outbound/index.ts';

/** A discovery document, key set or user is a few kilobytes. */
const MOST_BYTES = 1_048_576;
/** Longest silence of a service. A person waits in front of it. */
const SILENCE_MS = 10_000;
/** Answers without a body, which a Response must not be given one for. */
const BODYLESS = new Set([204, 205, 304]);

/**
 * `fetch` for the OpenID library through the guarded client: redirects are answers, bodies are
 * bounded, and private addresses are refused.
 */
export function createOutboundFetch(outbound: Pick<Outbound, 'request'>): CustomFetch {
  return async (url, { body, headers, method, signal }) => {
    const sent = body === undefined || body === null ? {} : { body: textOf(body) };
    const answer = await outbound.request(url, {
      method,
      headers,
      ...sent,
      ...(signal ? { signal } : {}),
      headersTimeoutMs: SILENCE_MS,
      bodyTimeoutMs: SILENCE_MS,
    });
    const tooLong = () =>
      new AppError('upstream_failed', `${answer.origin} answered with more than 1 MB.`);
    const bytes = await readWhole(answer.body, MOST_BYTES, tooLong);
    const bodyless = BODYLESS.has(answer.status);
    return new Response(bodyless ? null : new Uint8Array(bytes), {
      status: answer.status,
      headers: headersOf(answer.headers),
    });
  };
}

function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new AppError('internal', 'A request to a sign-in service has a body of an unknown kind.');
}

/** What the library looks at; cookies and the rest are nobody's business here. */
function headersOf(given: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const headers = new Headers();
  for (const name of ['content-type', 'www-authenticate', 'dpop-nonce', 'cache-control']) {
    const value = given[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  return headers;
}
