import { AppError } from '#shared/errors.ts';
import type { OutboundAnswer, OutboundRequest } from './index.ts';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const KEPT_ACROSS_ORIGINS = new Set(['accept', 'accept-language', 'content-type', 'user-agent']);

export type Hop = { url: string; options: OutboundRequest };

/** The request a redirect asks for, or undefined when the answer is not a redirect. */
export function nextHop(
  from: { url: string; origin: string; options: OutboundRequest },
  answer: Pick<OutboundAnswer, 'status' | 'headers'>,
): Hop | undefined {
  const location = answer.headers['location'];
  if (!REDIRECTS.has(answer.status) || typeof location !== 'string') return undefined;
  if (!URL.canParse(location, from.url)) {
    throw new AppError('upstream_failed', `${from.origin} redirected to something that is no URL.`);
  }
  const url = new URL(location, from.url);
  const options = rewrite(from.options, answer.status);
  if (url.origin === from.origin) return { url: url.href, options };
  if (options.body !== undefined) {
    throw new AppError(
      'upstream_failed',
      `${from.origin} redirected a request with a body to another server; use the final URL.`,
    );
  }
  return { url: url.href, options: { ...options, headers: withoutCredentials(options.headers) } };
}

// 303, and by long custom 301 and 302, turn everything but HEAD into a GET without a body.
function rewrite(options: OutboundRequest, status: number): OutboundRequest {
  const method = options.method ?? 'GET';
  const keeps = status === 307 || status === 308 || method === 'GET' || method === 'HEAD';
  if (!keeps) {
    const { body: _body, headers = {}, ...rest } = options;
    const { 'content-type': _type, 'content-length': _length, ...others } = headers;
    return { ...rest, method: 'GET', headers: others };
  }
  if (
    options.body !== undefined &&
    typeof options.body !== 'string' &&
    !Buffer.isBuffer(options.body)
  ) {
    throw new AppError('upstream_failed', 'A redirect asked for a streamed body a second time.');
  }
  return options;
}

function withoutCredentials(headers: Readonly<Record<string, string>> = {}) {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => KEPT_ACROSS_ORIGINS.has(name.toLowerCase())),
  );
}
