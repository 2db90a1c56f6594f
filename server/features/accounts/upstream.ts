import { AppError } from '#shared/errors.ts';
import { readWhole } from '../../infra/outbound/index.ts';
import { maskError } from '../../platforms/mask-error.ts';
import type { CallPlatform, Platform, UpstreamAnswer } from '../../platforms/platform.ts';

const LONGEST_QUOTE = 300;

/** A platform called with one account's key. */
export type Upstream = {
  platform: Platform;
  secret: string | null;
  options: Readonly<Record<string, unknown>>;
  /** The account's proxy; null = it has none. */
  proxyId: string | null;
  call: CallPlatform;
  timeoutMs: number;
};

export type UpstreamText = {
  status: number;
  headers: UpstreamAnswer['headers'];
  /** The body as JSON; undefined when it is none. */
  data: unknown;
  /** The platform's own words about an error, short and without the key; '' when it has none. */
  said: string;
};

/**
 * Sends one short request to the platform's first endpoint and reads the whole answer, of at most
 * `maxBytes`.
 * @throws AppError upstream_failed, upstream_timeout, outbound_refused.
 */
export async function ask(
  upstream: Upstream,
  request: { path: string; headers?: Readonly<Record<string, string>>; body?: unknown },
  maxBytes: number,
): Promise<UpstreamText> {
  const { platform, secret, options, proxyId, call, timeoutMs } = upstream;
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const { baseUrl, auth } = platform.endpoints[0];
    const answer = await call({
      baseUrl,
      auth,
      path: request.path,
      headers: request.headers ?? {},
      method: request.body === undefined ? 'GET' : 'POST',
      secret,
      body: request.body === undefined ? null : Buffer.from(JSON.stringify(request.body)),
      options,
      proxyId,
      signal: limit,
      timeoutMs,
    });
    const text = await readAll(answer, maxBytes, platform.name);
    const data = parsed(text);
    const said = maskError(errorText(data, text), secret);
    return { status: answer.status, headers: answer.headers, data, said };
  } catch (error) {
    if (!limit.aborted) throw error;
    const seconds = Math.round(timeoutMs / 1000);
    const message = `${platform.name} did not finish its answer within ${seconds} s.`;
    throw new AppError('upstream_timeout', message, { cause: error });
  }
}

/** A sentence about what the platform said, to be put behind one of ours; '' when it said nothing. */
export function quoted({ said }: Pick<UpstreamText, 'said'>): string {
  return said === '' ? '' : ` It says: ${said}`;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function readAll(answer: UpstreamAnswer, maxBytes: number, name: string): Promise<string> {
  const message = `${name} answered with more than ${maxBytes} bytes; that cannot be what was asked for.`;
  const bytes = await readWhole(
    answer.body,
    maxBytes,
    () => new AppError('upstream_failed', message),
  );
  return bytes.toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The message in OpenAI's error envelope or those like it, else the start of a plain text. */
function errorText(data: unknown, text: string): string {
  const error = isRecord(data) ? (data['error'] ?? data) : data;
  const said = isRecord(error) ? (error['message'] ?? error['error_msg'] ?? error['msg']) : error;
  if (typeof said === 'string') return said.slice(0, LONGEST_QUOTE);
  // A page of HTML helps nobody.
  return text.trimStart().startsWith('<') ? '' : text.trim().slice(0, LONGEST_QUOTE);
}
