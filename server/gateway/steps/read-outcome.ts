import { AppError } from '#shared/errors.ts';
import { readWhole } from '../../infra/outbound/index.ts';
import { readSse } from '../../infra/sse.ts';
import { codesIn, type Judged, judgeFailure } from '../../platforms/judge-failure.ts';
import { maskedReason } from '../../platforms/mask-error.ts';
import type { Platform, UpstreamAnswer } from '../../platforms/platform.ts';
import type { Answer } from '../exchange.ts';
import type { Outcome } from '../ports.ts';
import type { Passage } from '../request.ts';
import { nextStep } from './next-step.ts';

const MOST_ANSWER_BYTES = 32 * 1024 * 1024;
const MOST_ERROR_BYTES = 64 * 1024;

/** An attempt that failed in a way which another account may not. */
export type Failed = { outcome: Outcome; error: AppError };

/** What was asked for and of whom, and the key that no error may repeat. */
export type Asking = {
  passage: Passage;
  stream: boolean;
  secret: string | null;
  platform: Pick<Platform, 'classify'> | undefined;
  now: () => number;
};

/**
 * Reads a platform's answer far enough to know whether it is one: a whole JSON body, or the first
 * frame of a stream. A status of 200 around an error is a failure like any other.
 */
export async function readOutcome(
  asking: Asking,
  upstream: UpstreamAnswer,
): Promise<{ answer: Answer } | Failed> {
  if (upstream.status < 200 || upstream.status > 299) return refused(asking, upstream);
  if (asking.passage.raw) return passRaw(asking, upstream);
  if (!asking.stream) return wholeAnswer(asking, upstream);
  if (isEventStream(upstream)) return beginStream(asking, upstream);
  const body = await readBytes(upstream, MOST_ANSWER_BYTES);
  const whole = asking.passage.whole(body, contentType(upstream));
  if ('error' in whole) return failure(whole.error, asking);
  if (asking.passage.mayAnswerWhole) return { answer: { kind: 'whole', whole } };
  return failure('The platform did not stream its answer.', asking);
}

/** The same for an answer that was made here. */
export function readHere(asking: Asking, body: Buffer): { answer: Answer } | Failed {
  const whole = asking.passage.whole(body, 'application/json');
  return 'error' in whole ? failure(whole.error, asking) : { answer: { kind: 'whole', whole } };
}

async function passRaw(
  asking: Asking,
  upstream: UpstreamAnswer,
): Promise<{ answer: Answer } | Failed> {
  const said = contentType(upstream);
  // NOTE: JSON in place of sound is a platform's way to tell of an error with status 200.
  if (/^application\/json\b/i.test(said)) return wholeAnswer(asking, upstream);
  const units = asking.passage.rawUnits ?? null;
  return {
    answer: { kind: 'raw', contentType: harmless(said), body: upstream.body, units },
  };
}

/** The type of an answer nobody reads; what a browser would show as a page is called plain bytes. */
function harmless(type: string): string {
  return /^((audio|video)\/|application\/(octet-stream|ogg)\b|text\/event-stream\b)/i.test(type)
    ? type
    : 'application/octet-stream';
}

function contentType({ headers }: UpstreamAnswer): string {
  return String(headers['content-type'] ?? 'application/octet-stream');
}

function isEventStream(upstream: UpstreamAnswer): boolean {
  return contentType(upstream).startsWith('text/event-stream');
}

async function wholeAnswer(
  asking: Asking,
  upstream: UpstreamAnswer,
): Promise<{ answer: Answer } | Failed> {
  const body = await readBytes(upstream, MOST_ANSWER_BYTES);
  const whole = asking.passage.whole(body, contentType(upstream));
  if ('error' in whole) return failure(whole.error, asking);
  return { answer: { kind: 'whole', whole } };
}

async function beginStream(
  asking: Asking,
  upstream: UpstreamAnswer,
): Promise<{ answer: Answer } | Failed> {
  const { maxFrameBytes } = asking.passage;
  const limits = maxFrameBytes === undefined ? {} : { maxLineBytes: maxFrameBytes };
  const frames = readSse(upstream.body, limits);
  const passage = asking.passage.stream();
  while (await frames.more()) {
    const first = nextStep(frames, passage);
    if (!first) continue;
    if (first.error === null) return { answer: { kind: 'stream', passage, first, frames } };
    frames.destroy();
    return failure(first.error, asking);
  }
  return failure('The platform closed the stream before saying anything.', asking);
}

async function refused(
  asking: Asking,
  upstream: UpstreamAnswer,
): Promise<{ answer: Answer } | Failed> {
  const body = await readBytes(upstream, MOST_ERROR_BYTES).catch(() => Buffer.alloc(0));
  const said = asking.passage.readError(body) ?? '';
  const { headers, status } = upstream;
  const judged = judge(asking, { status, said, body: parsed(body), headers });
  const message = `The platform answered ${status}: ${maskedReason(said, asking.secret)}`;
  // NOTE: another account may do what this one may not; what no account could do is the client's to mend.
  return judged.kind === 'request' && isClientsFault(status)
    ? { answer: { kind: 'refused', error: new AppError('upstream_refused', message) } }
    : judgedFailure(judged, message, asking.now());
}

/** Redirects are not among them: they are not followed, for they would take the key elsewhere. */
function isClientsFault(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 402, 403, 408, 429].includes(status);
}

type Said = { status: number; said: string; body: unknown; headers: UpstreamAnswer['headers'] };

function judge({ now, platform }: Asking, { body, headers, said, status }: Said): Judged {
  const failure = { status, codes: codesIn(body), message: said, body, headers };
  return judgeFailure(platform, failure, now());
}

function judgedFailure(judged: Judged, message: string, now: number): Failed {
  const { kind, returnsAt, scope } = judged;
  const retry = returnsAt === null ? {} : { retryAfterMs: Math.max(0, returnsAt - now) };
  switch (kind) {
    case 'request':
      return { outcome: { kind: 'neutral' }, error: new AppError('upstream_failed', message) };
    case 'credential':
      return { outcome: { kind: 'unauthorised', message }, error: refusedAccount() };
    case 'burst':
    case 'quota':
      return {
        outcome: { kind: 'rate_limited', cause: kind, scope, returnsAt, message },
        error: new AppError(
          'upstream_rate_limited',
          'The platform is limiting the accounts behind this model. Try again later.',
          retry,
        ),
      };
    case 'forbidden':
    case 'server':
      return {
        outcome: { kind: 'failed', cause: kind, returnsAt, message },
        error: new AppError('upstream_failed', message),
      };
  }
}

function refusedAccount(): AppError {
  return new AppError(
    'upstream_failed',
    'The platform refused the account that should have served this. Its owner must renew the key.',
  );
}

/** An error inside an answer that looked like a good one. */
function failure(said: string, asking: Asking): Failed {
  const judged = judge(asking, { status: 200, said, body: null, headers: {} });
  return judgedFailure(judged, maskedReason(said, asking.secret), asking.now());
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}

/** @throws AppError upstream_failed past `most` bytes. */
function readBytes({ body }: UpstreamAnswer, most: number): Promise<Buffer> {
  return readWhole(
    body,
    most,
    () => new AppError('upstream_failed', 'The platform sent more than we accept.'),
  );
}
