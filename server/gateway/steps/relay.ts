import { AppError, toAppError } from '#shared/errors.ts';
import { maskedReason } from '../../platforms/mask-error.ts';
import type { Answer, Called, Facts, Relayed } from '../exchange.ts';
import type { Step } from '../request.ts';
import { addText, NO_TOKENS } from '../tokens.ts';
import { nextStep } from './next-step.ts';

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
      if (reply.isStarted()) {
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
  { first, frames, passage }: Streamed,
): Promise<Step['out']> {
  const { facts, reply, request, signal, target } = called;
  reply.startStream(request.framing);
  const outlet = createOutlet(called);

  /** Takes what has arrived, `from` the first of it; what ends the stream, if that is among it. */
  function take(from: Step | null): Step | null {
    for (let step = from; step; step = nextStep(frames, passage)) {
      if (step.error !== null) return step;
      note(facts, step, deps.now);
      if (step.last) return step;
      outlet.pass(step);
    }
    return null;
  }

  try {
    let last = take(first);
    while (!last) {
      // NOTE: no promise where there is nothing to wait for: a chunk costs little else.
      const taken = outlet.flush();
      if (taken) await taken;
      if (signal.aborted) throw toAppError(signal.reason);
      if (!(await frames.more())) break;
      last = take(nextStep(frames, passage));
    }
    if (last && last.error !== null) {
      await outlet.flush();
      throw new AppError('upstream_failed', maskedReason(last.error, target.secret));
    }
    last ??= passage.end();
    if (!last) throw brokenOff();
    frames.release();
    return await outlet.close(last.out);
  } catch (thrown) {
    frames.destroy();
    throw signal.aborted ? toAppError(signal.reason) : brokenConnection(thrown);
  }
}

/**
 * Gathers what arrived together and sends it on in one piece. What says why the model stopped may be
 * the last and waits for what follows.
 */
function createOutlet({ reply, request }: Called) {
  let ready: Step['out'][] = [];
  let held: Step['out'] = [];
  const add = (out: Step['out']) => {
    if (out.length > 0) ready.push(out);
  };
  const release = () => {
    add(held);
    held = [];
  };
  function flush(): Promise<void> | null {
    if (ready.length === 0) return null;
    const pieces = ready;
    ready = [];
    return reply.write(pieces);
  }
  return {
    flush,
    pass({ finishes, out, usageOnly }: Step): void {
      release();
      if (finishes) held = out;
      else if (!usageOnly || request.wantsUsage) add(out);
    },
    /** What is left to be sent once the books are closed. */
    async close(last: Step['out']): Promise<Step['out']> {
      if (last.length > 0) release();
      await flush();
      return last.length > 0 ? last : held;
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
      if (held.length > 0) await reply.write([held]);
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

function brokenConnection(cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const message = 'The connection to the platform broke mid-answer.';
  return new AppError('upstream_failed', message, { cause });
}

function brokenOff(): AppError {
  return new AppError('upstream_failed', 'The platform broke the stream off before its end.');
}
