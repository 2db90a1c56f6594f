import { setTimeout as pause } from 'node:timers/promises';
import { type Connection, chatRequest, openConnection } from './connection.ts';
import type { Counted, Measured } from './jobs.ts';
import { createTimes } from './look.ts';
import { meter } from './process-meter.ts';
import { createStampReader } from './stamps.ts';

/** Sends so many requests, each client the next one when it was answered, and looks at all of them. */
export async function runCounted(job: Counted): Promise<Measured> {
  const url = new URL(job.url);
  const request = chatRequest({ ...job, url });
  const connections = Array.from({ length: job.clients }, () => openConnection(url));
  const times = createTimes();
  const tally = { answered: 0, errors: 0 };
  let [left, short, tooLate] = [job.requests, 0, false];
  const closeAll = () => {
    for (const connection of connections) connection.close();
  };
  const deadline = setTimeout(() => {
    tooLate = true;
    closeAll();
  }, job.mostMs);
  const used = meter(job.pid);

  await Promise.all(
    connections.map(async (connection) => {
      while (left > 0 && !tooLate) {
        left -= 1;
        const sentAt = performance.now();
        const { status, chunks, done } = await askOnce(connection, request);
        times.add(performance.now() - sentAt);
        const isWhole = status === 200 && (!job.stream || done);
        tally[isWhole ? 'answered' : 'errors'] += 1;
        if (isWhole && job.stream && chunks < job.stream.chunks) short += 1;
        // A target that refuses everything is not asked as fast as it can refuse.
        if (!isWhole) await pause(10);
      }
    }),
  );
  clearTimeout(deadline);
  closeAll();
  return {
    ...tally,
    ...used(),
    short,
    count: tally.answered,
    latency: times.latency(),
    firstChunk: null,
    delivered: null,
  };
}

function askOnce(connection: Connection, request: Buffer) {
  return new Promise<{ status: number; chunks: number; done: boolean }>((resolve) => {
    let chunks = 0;
    const reader = createStampReader(() => {
      chunks += 1;
    });
    connection.send(request, {
      body: reader.push,
      end: (status) => resolve({ status, chunks, done: reader.done() }),
    });
  });
}
