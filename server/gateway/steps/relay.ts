import { AppError, toAppError } from '#shared/errors.ts';
import { frameData, isWholeFrame } from '../../infra/sse.ts';
import { maskedReason } from '../../platforms/mask-error.ts';
import type { Answer, Called, Facts, Relayed } from '../exchange.ts';
import type { Step, StreamPassage } from '../request.ts';
import { addText, NO_TOKENS } from '../tokens.ts';

export type RelayDeps = { now: () => number };

type Streamed = Extract<Answer, { kind: 'stream' }>;
type Raw = Extract<Answer, { kind: 'raw' }>;

/**
 * Hands the answer to the client, all but its end, and reads the usage in passing. The end is sent by
 * `finish`. Throws AppError upstream_failed when a stream breaks off: then the protocol's error frame
 * ends it, never a false "done".
 */
export async function relay(deps: RelayDeps, called: Called): Promise<Relayed> {
  const { answer, facts, reply } = called;
  switch (answer.kind) {
    case 'refused':
      throw answer.error;
    case 'whole': {
      const { body, contentType, text, units, usage } = answer.whole;
      addText(facts.written, text);
      Object.assign(facts, { usage, units });
      // NOTE: a heartbeat may have begun a stream, and a whole answer is no frame of one.
      if (reply.started) {
        throw new AppError('upstream_failed', 'The platform did not stream its answer.');
      }
      const finish = () => reply.send(200, body, { 'content-type': contentType });
      return Object.assign(called, { last: body, finish });
    }
    case 'stream': {
      const last = await relayFrames(deps, called, answer);
      return Object.assign(called, { last, finish: () => reply.endStream(last) });
    }
    case 'raw': {
      const last = await relayBytes(called, answer);
      return Object.assign(called, { last, finish: () => reply.endStream(last) });
    }
  }
}

async function relayFrames(
  deps: RelayDeps,
  called: Called,
  { first, passage, rest }: Streamed,
): Promise<Step['out']> {
  const { facts, reply, request, signal, target } = called;
  reply.startStream(request.framing);
  const outlet = createOutlet(called);
  try {
    for (let step: Step | null = first; step; step = await nextStep(rest, passage, signal)) {
      if (step.error !== null) {
        throw new AppError('upstream_failed', maskedReason(step.error, target.secret));
      }
      note(facts, step, deps.now);
      if (step.last) {
        releaseConnection(rest);
        return await outlet.close(step.out);
      }
      await outlet.pass(step);
    }
    const end = passage.end();
    if (end) return await outlet.close(end.out);
  } catch (thrown) {
    await rest.return?.(undefined);
    throw signal.aborted ? toAppError(signal.reason) : toAppError(thrown);
  }
  throw new AppError('upstream_failed', 'The platform broke the stream off before its end.');
}

/** Sends pieces on; one that says why the model stopped may be the last and waits for what follows. */
function createOutlet({ reply, request }: Called) {
  let held: Step['out'] = [];
  const release = async () => {
    if (held.length > 0) await reply.write(held);
    held = [];
  };
  return {
    async pass({ finishes, out, usageOnly }: Step): Promise<void> {
      await release();
      if (finishes) held = out;
      else if (!usageOnly || request.wantsUsage) await reply.write(out);
    },
    /** What is left to be sent once the books are closed. */
    async close(last: Step['out']): Promise<Step['out']> {
      if (last.length === 0) return held;
      await release();
      return last;
    },
  };
}

/** The bytes of a raw answer, all but the last chunk. */
async function relayBytes(
  { facts, reply, signal }: Called,
  { body, contentType, units }: Raw,
): Promise<Uint8Array> {
  let held: Uint8Array = new Uint8Array();
  try {
    for await (const chunk of body) {
      if (signal.aborted) throw toAppError(signal.reason);
      Object.assign(facts, { raw: true, units, usage: NO_TOKENS });
      reply.startRaw(contentType);
      if (held.length > 0) await reply.write(held);
      held = chunk;
    }
  } catch (thrown) {
    throw signal.aborted ? toAppError(signal.reason) : brokenConnection(thrown);
  }
  if (!facts.raw) throw new AppError('upstream_failed', 'The platform sent an empty answer.');
  return held;
}

/** Keeps what the ledger needs of a frame. */
function note(facts: Facts, step: Step, now: () => number): void {
  if (step.usage) facts.usage = step.usage;
  if (step.units) facts.units = step.units;
  if (step.text === '') return;
  facts.firstTokenAt ??= now();
  addText(facts.written, step.text);
}

/** What the next frame with data means; null at the end of the stream, or where it broke off. */
async function nextStep(
  rest: AsyncIterator<Buffer>,
  passage: StreamPassage,
  signal: AbortSignal,
): Promise<Step | null> {
  for (;;) {
    const frame = await nextFrame(rest, signal);
    if (!frame) return null;
    const data = frameData(frame);
    if (data === undefined) continue;
    const step = passage.read(frame, data);
    // NOTE: half a frame at the end is no frame, unless it is the closing one without its blank line.
    return step.last || step.error !== null || isWholeFrame(frame) ? step : null;
  }
}

/** The next frame, null at the end. Turns the noise of a broken connection into one clear error. */
async function nextFrame(rest: AsyncIterator<Buffer>, signal: AbortSignal): Promise<Buffer | null> {
  if (signal.aborted) throw toAppError(signal.reason);
  try {
    const next = await rest.next();
    return next.done ? null : next.value;
  } catch (cause) {
    throw brokenConnection(cause);
  }
}

function brokenConnection(cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const message = 'The connection to the platform broke mid-answer.';
  return new AppError('upstream_failed', message, { cause });
}

/** Reads the end of the body behind the closing frame, so that its connection can serve again. */
function releaseConnection(rest: AsyncIterator<Buffer>): void {
  const leave = () => rest.return?.(undefined);
  rest
    .next()
    .then(({ done }) => (done ? undefined : leave()), leave)
    .catch(() => undefined);
}
