import { setTimeout as pause } from 'node:timers/promises';
import { LAST_ANSWERS_MS } from './closed-loop.ts';
import { chatRequest, openConnection } from './connection.ts';
import type { Measured, Streams } from './jobs.ts';
import { createLook, createTimes } from './look.ts';
import { createStampReader } from './stamps.ts';

/** Chunks beyond the look's end, so that a stream which is late still has some to send. */
const MARGIN_CHUNKS = 3;
const BYTES = 480;

/** Opens streams evenly over `openMs`, looks at them while all run, and lets them end. */
export async function runStreams(job: Streams): Promise<Measured> {
  const { streams, gapMs, openMs, warmMs, measureMs } = job;
  const url = new URL(job.url);
  const durationMs = openMs + warmMs + measureMs;
  const chunks = Math.ceil(durationMs / gapMs) + MARGIN_CHUNKS;
  const request = chatRequest({ ...job, url, bytes: BYTES, stream: { gapMs, chunks } });
  const [delays, firsts] = [createTimes(), createTimes()];
  const look = createLook(job, openMs);
  const tally = { answered: 0, errors: 0 };
  let short = 0;

  async function stream(index: number): Promise<void> {
    await pause((index * openMs) / streams);
    const connection = openConnection(url);
    const deadline = setTimeout(connection.close, chunks * gapMs + LAST_ANSWERS_MS);
    let got = 0;
    const sentAt = performance.now();
    const reader = createStampReader((delayMs) => {
      if (got === 0) firsts.add(performance.now() - sentAt);
      got += 1;
      if (!look.open) return;
      look.note();
      delays.add(delayMs);
    });
    const status = await new Promise<number>((end) => {
      connection.send(request, { body: reader.push, end });
    });
    clearTimeout(deadline);
    connection.close();
    const answered = status === 200 && reader.done();
    tally[answered ? 'answered' : 'errors'] += 1;
    if (answered && got < chunks) short += 1;
  }

  await Promise.all(Array.from({ length: streams }, (_, index) => stream(index)));
  await look.ended;
  const result = look.result();
  return {
    ...tally,
    ...result,
    short,
    latency: delays.latency(),
    firstChunk: firsts.latency(),
    delivered: result.count / ((streams * result.seconds * 1000) / gapMs),
  };
}
