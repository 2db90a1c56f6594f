import { setTimeout as pause } from 'node:timers/promises';
import { ask, chatRequest, openConnection } from './connection.ts';
import type { ClosedLoop, Measured } from './jobs.ts';
import { createLook, createTimes } from './look.ts';

/** Longest wait for the last answers. */
export const LAST_ANSWERS_MS = 10_000;

/** Runs a closed loop; at its end every request was answered or is counted as an error. */
export async function runClosedLoop(job: ClosedLoop): Promise<Measured> {
  const url = new URL(job.url);
  const request = chatRequest({ ...job, url });
  const connections = Array.from({ length: job.clients }, () => openConnection(url));
  const closeAll = () => {
    for (const connection of connections) connection.close();
  };
  const times = createTimes();
  const look = createLook(job, 0);
  const tally = { answered: 0, errors: 0 };
  const deadline = setTimeout(closeAll, job.warmMs + job.measureMs + LAST_ANSWERS_MS);

  await Promise.all(
    connections.map(async (connection) => {
      while (!look.over) {
        const sentAt = performance.now();
        const status = await ask(connection, request);
        if (look.open) {
          look.note();
          times.add(performance.now() - sentAt);
        }
        tally[status === 200 ? 'answered' : 'errors'] += 1;
        // A target that refuses everything is not asked as fast as it can refuse.
        if (status !== 200) await pause(10);
      }
    }),
  );
  clearTimeout(deadline);
  closeAll();
  return {
    ...tally,
    ...look.result(),
    short: 0,
    latency: times.latency(),
    firstChunk: null,
    delivered: null,
  };
}
