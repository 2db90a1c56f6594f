import { setTimeout as pause } from 'node:timers/promises';
import type { Aim, Measured } from '../load/jobs.ts';
import { meter, type Used } from '../load/process-meter.ts';
import type { LoadGenerator } from '../processes.ts';
import { figure, table } from '../report.ts';
import { readHealth } from '../targets/gateway.ts';
import { standStill } from './stand-still.ts';

const LEAST_PER_SECOND = 5_000;
const CAUGHT_UP_WITHIN_MS = 300_000;
const REQUESTS_WITHIN_MS = 120_000;
const POLL_MS = 20;

export type WriterFigures = {
  /** The requests whose records were held back. */
  asked: Measured;
  records: number;
  /** From the first record that arrived to the last. */
  ms: number;
  used: Used;
};

type CaughtUp = { ms: number; records: number };

/**
 * Waits until every record is in the database. `ms` counts from the call, `records` is how many
 * waited then. Throws when they do not all arrive within five minutes.
 */
export async function catchUp(url: string): Promise<CaughtUp> {
  const startedAt = performance.now();
  const { unwritten: records } = await readHealth(url);
  for (;;) {
    const health = await readHealth(url);
    const ms = performance.now() - startedAt;
    if (health.unwritten === 0 && health.running === 0) return { ms, records };
    if (ms > CAUGHT_UP_WITHIN_MS) throw new Error(`Not caught up: ${JSON.stringify(health)}`);
    await pause(POLL_MS);
  }
}

/** Holds records back by stopping PostgreSQL, then measures how fast they arrive with no other load. */
export async function measureWriter({
  load,
  aim,
  requests,
}: {
  load: LoadGenerator;
  aim: Aim;
  requests: number;
}): Promise<WriterFigures> {
  const database = standStill(aim.pid);
  try {
    const asked = await load.run({
      ...aim,
      kind: 'counted',
      requests,
      bytes: 480,
      clients: 32,
      mostMs: REQUESTS_WITHIN_MS,
    });
    const { unwritten } = await readHealth(aim.url);
    database.goOn();
    // The statement that stood still may have to be given up and asked again: that is a wait, not work.
    await firstArrival(aim.url, unwritten);
    const used = meter(aim.pid);
    const { ms, records } = await catchUp(aim.url);
    return { asked, records, ms, used: used() };
  } finally {
    database.goOn();
  }
}

async function firstArrival(url: string, held: number): Promise<void> {
  const deadline = performance.now() + CAUGHT_UP_WITHIN_MS;
  while ((await readHealth(url)).unwritten >= held && held > 0) {
    if (performance.now() > deadline) throw new Error('No record arrived any more.');
    await pause(POLL_MS);
  }
}

/** How many records a second arrive at most, and what each costs. */
export function writerTable({ records, ms, used }: Omit<WriterFigures, 'asked'>): string {
  const perSecond = (records / ms) * 1_000;
  return [
    `### The writer alone: ${records.toLocaleString('en-US')} records that had waited`,
    table(
      ['figure', 'bar', 'measured', 'reached'],
      [
        [
          'records/s that arrive in PostgreSQL',
          `≥ ${LEAST_PER_SECOND.toLocaleString('en-US')}`,
          figure(perSecond),
          perSecond >= LEAST_PER_SECOND ? 'yes' : '**no**',
        ],
        ['CPU of Gatehouse per record', '–', `${figure(used.cpuUs / records)} µs`, '–'],
        ['CPU of PostgreSQL per record', '–', `${figure(used.childrenCpuUs / records)} µs`, '–'],
      ],
    ),
  ].join('\n\n');
}
