import { once } from 'node:events';
import type { Response } from 'express';
import { AppError } from '#shared/errors.ts';
import type { OpenedKey } from '../../features/plugin-api/index.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Outbound, OutboundAnswer } from '../../infra/outbound/index.ts';
import type { UpstreamAnswer } from '../../platforms/platform.ts';

/** Of the contract, section 5. */
const LONGEST_MS = 1_200_000;

/** Types that a browser would not run; anything else is called plain bytes. */
const HARMLESS = /^(application\/json|text\/event-stream|text\/plain)\b/i;
/** What of their headers means something to our client. */
const TOLD = ['content-type', 'retry-after'] as const;

/** The way there; null where no Plug-in API is set up. */
export type PluginWay = { baseUrl: string; outbound: Pick<Outbound, 'request'> } | null;

export type Forwarded = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the base URL, with every part encoded. */
  path: string;
  query?: Readonly<Record<string, string | undefined>>;
  body?: object | Buffer;
  /** Which family of models; null = not said. */
  family?: string | null;
  signal: AbortSignal;
};

export type Forward = (key: Pick<OpenedKey, 'secret'>, call: Forwarded) => Promise<OutboundAnswer>;

/**
 * Sends a call to the Plug-in API with a person's own key, and none of their headers.
 * @throws AppError bad_request, upstream_failed, upstream_timeout; when its signal aborts, the reason.
 */
export function createForward(way: PluginWay, clock: Pick<Clock, 'setTimer'>): Forward {
  return async ({ secret }, { body, family = null, method, path, query = {}, signal }) => {
    if (!way) throw new AppError('bad_request', 'No Plug-in API is set up here. Ask an admin.');
    const url = new URL(way.baseUrl + path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    const limit = withLimit(signal, clock);
    try {
      const answer = await way.outbound.request(url, {
        method,
        headers: {
          accept: 'application/json, text/event-stream',
          authorization: `Bearer ${secret}`,
          ...(body && { 'content-type': 'application/json' }),
          ...(family !== null && { 'x-account-type': family }),
        },
        ...(body && { body: Buffer.isBuffer(body) ? body : JSON.stringify(body) }),
        signal: limit.signal,
        headersTimeoutMs: LONGEST_MS,
        bodyTimeoutMs: LONGEST_MS,
      });
      answer.body = ended(answer.body, limit.clear);
      return answer;
    } catch (error) {
      limit.clear();
      throw error;
    }
  };
}

function withLimit(signal: AbortSignal, clock: Pick<Clock, 'setTimer'>) {
  const late = new AbortController();
  const message = 'The Plug-in API did not finish its answer within 20 minutes.';
  const clear = clock.setTimer(LONGEST_MS, () =>
    late.abort(new AppError('upstream_timeout', message)),
  );
  return { signal: AbortSignal.any([signal, late.signal]), clear };
}

/** The same bytes; `clear` is called once they are all read, or nobody wants them. */
function ended(body: OutboundAnswer['body'], clear: () => void): OutboundAnswer['body'] {
  async function* chunks() {
    try {
      yield* body;
    } finally {
      clear();
    }
  }
  const iterator = chunks();
  return {
    [Symbol.asyncIterator]: () => iterator,
    destroy() {
      clear();
      body.destroy();
    },
  };
}

type Head = Pick<UpstreamAnswer, 'headers' | 'status'>;

/** Begins our answer with their status and what of their headers our client needs. */
function begin(res: Response, { headers, status }: Head): void {
  res.status(status);
  for (const name of TOLD) {
    const value = headers[name];
    if (typeof value === 'string') res.setHeader(name, value);
  }
  res.setHeader('x-content-type-options', 'nosniff');
  if (!HARMLESS.test(String(headers['content-type'] ?? ''))) {
    res.setHeader('content-type', 'application/octet-stream');
  }
}

/**
 * Their answer as it comes, no faster than the client takes it; ours is not ended. Throws when either
 * side breaks.
 */
export async function relay(
  res: Response,
  answer: Head & { body: AsyncIterable<Uint8Array> },
  signal: AbortSignal,
): Promise<void> {
  begin(res, answer);
  res.flushHeaders();
  for await (const chunk of answer.body) {
    if (!res.write(chunk)) await once(res, 'drain', { signal });
  }
}
