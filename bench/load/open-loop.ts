import { LAST_ANSWERS_MS } from './closed-loop.ts';
import { type Connection, chatRequest, openConnection } from './connection.ts';
import type { Measured, OpenLoop } from './jobs.ts';
import { createLook, createTimes } from './look.ts';
import { poissonArrivals, seededRandom } from './poisson.ts';

/** Connections at once; who arrives while all are busy waits, and its latency says so. */
const MOST_CONNECTIONS = 500;
/** How long before an arrival timers are too coarse for it. */
const TIMER_MS = 2;

/** Sends requests at random times of their own and measures from those times. */
export function runOpenLoop(job: OpenLoop): Promise<Measured> {
  const url = new URL(job.url);
  const request = chatRequest({ ...job, url });
  const durationMs = job.warmMs + job.measureMs;
  const random = seededRandom(job.seed);
  const arrivals = poissonArrivals({ ratePerSecond: job.ratePerSecond, durationMs, random });
  const times = createTimes();
  const look = createLook(job, 0);
  const tally = { answered: 0, errors: 0 };
  const idle: Connection[] = [];
  const all: Connection[] = [];
  const startedAt = performance.now();
  let arrived = 0;
  let sent = 0;

  function freeConnection(): Connection | undefined {
    const free = idle.pop();
    if (free || all.length === MOST_CONNECTIONS) return free;
    const opened = openConnection(url);
    all.push(opened);
    return opened;
  }

  return new Promise((resolve) => {
    const closeAll = () => {
      for (const connection of all) connection.close();
    };
    const deadline = setTimeout(closeAll, durationMs + LAST_ANSWERS_MS);

    function sendWaiting(): void {
      while (sent < arrived) {
        const connection = freeConnection();
        if (!connection) return;
        send(connection, startedAt + (arrivals[sent] ?? 0));
        sent += 1;
      }
    }

    function send(connection: Connection, scheduledAt: number): void {
      connection.send(request, {
        end(status) {
          tally[status === 200 ? 'answered' : 'errors'] += 1;
          if (look.open) {
            look.note();
            times.add(performance.now() - scheduledAt);
          }
          idle.push(connection);
          sendWaiting();
          finishIfDone();
        },
      });
    }

    function tick(): void {
      const now = performance.now() - startedAt;
      while ((arrivals[arrived] ?? Number.POSITIVE_INFINITY) <= now) arrived += 1;
      sendWaiting();
      if (arrived === arrivals.length) return;
      const waitMs = (arrivals[arrived] ?? 0) - now;
      // Turning without rest costs a core, but a timer's whole millisecond would be in every time.
      if (waitMs > TIMER_MS) setTimeout(tick, waitMs - TIMER_MS);
      else setImmediate(tick);
    }

    function finishIfDone(): void {
      if (tally.answered + tally.errors < arrivals.length) return;
      clearTimeout(deadline);
      closeAll();
      look.ended.then(() =>
        resolve({
          ...tally,
          ...look.result(),
          short: 0,
          latency: times.latency(),
          firstChunk: null,
          delivered: null,
        }),
      );
    }

    tick();
  });
}
