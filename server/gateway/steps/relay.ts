import { AppError, toAppError } from '#shared/errors.ts';
import { frameData, isWholeFrame } from '../../infra/sse.ts';
import { maskError } from '../../platforms/mask-error.ts';
import type { Called, Facts } from '../exchange.ts';
import type { FrameFacts } from '../protocols/protocol.ts';
import { addText } from '../tokens.ts';

/** Finishes the reply. Called once the record is safe, so that every answer seen has one. */
export type Finish = () => void;

export type RelayDeps = { now: () => number };

/**
 * Hands the answer to the client, all but its end, and reads the usage in passing. The end is what
 * the returned function sends. Throws AppError upstream_failed when a stream breaks off: then the
 * protocol's error frame ends it, never a false "done".
 */
export async function relay(deps: RelayDeps, called: Called): Promise<Finish> {
  const { answer, facts, reply } = called;
  switch (answer.kind) {
    case 'refused':
      throw answer.error;
    case 'whole': {
      addText(facts.written, answer.facts.text);
      facts.usage = answer.facts.usage;
      return () => reply.json(200, answer.body);
    }
    case 'stream': {
      const last = await relayFrames(deps, called, answer);
      return () => reply.endStream(last);
    }
  }
}

async function relayFrames(
  deps: RelayDeps,
  { facts, protocol, reply, request, signal, target }: Called,
  { first, rest }: { first: Buffer; rest: AsyncIterator<Buffer> },
): Promise<Buffer> {
  reply.startStream();
  try {
    for (let frame: Buffer | null = first; frame; frame = await nextFrame(rest, signal)) {
      const data = frameData(frame);
      if (data === undefined) continue;
      const said = protocol.readFrame(data);
      if (said.last) {
        releaseConnection(rest);
        return frame;
      }
      if (said.error !== null)
        throw new AppError('upstream_failed', maskError(said.error, target.secret));
      if (!isWholeFrame(frame)) break;
      note(facts, said, deps.now);
      if (!said.usageOnly || request.wantsUsage) await reply.write(frame);
    }
  } catch (thrown) {
    await rest.return?.(undefined);
    throw signal.aborted ? toAppError(signal.reason) : toAppError(thrown);
  }
  throw new AppError('upstream_failed', 'The platform broke the stream off before its end.');
}

/** Keeps what the ledger needs of a frame. */
function note(facts: Facts, said: FrameFacts, now: () => number): void {
  if (said.usage) facts.usage = said.usage;
  if (said.text === '') return;
  facts.firstTokenAt ??= now();
  addText(facts.written, said.text);
}

/** The next frame, null at the end. Turns the noise of a broken connection into one clear error. */
async function nextFrame(rest: AsyncIterator<Buffer>, signal: AbortSignal): Promise<Buffer | null> {
  if (signal.aborted) throw toAppError(signal.reason);
  try {
    const next = await rest.next();
    return next.done ? null : next.value;
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('upstream_failed', 'The connection to the platform broke mid-answer.', {
      cause,
    });
  }
}

/** Reads the end of the body behind the closing frame, so that its connection can serve again. */
function releaseConnection(rest: AsyncIterator<Buffer>): void {
  const leave = () => rest.return?.(undefined);
  rest
    .next()
    .then(({ done }) => (done ? undefined : leave()), leave)
    .catch(() => undefined);
}
