import { setTimeout as pause } from 'node:timers/promises';
import type { Aim, Measured } from '../load/jobs.ts';
import { residentMb } from '../load/process-meter.ts';
import { type LoadGenerator, startLoad } from '../processes.ts';
import { figure, table } from '../report.ts';
import { tally } from '../run.ts';
import { countStoredRows, readHealth } from '../targets/gateway.ts';
import { warmUp } from '../warm-up.ts';
import { makeBed, recordsLine, type Study, type StudyOptions, startOn } from './bed.ts';
import { standStill } from './stand-still.ts';
import { catchUp, measureWriter, writerTable } from './writer.ts';

const RATE = 2_000;
const SECONDS_BEFORE = 5;
const SECONDS_AFTER = 10;
const MOST_MB = 150;
const SAMPLE_EVERY_MS = 500;

/** What a Gatehouse had while PostgreSQL ran, stood still or ran again. */
export type Sample = { atMs: number; phase: Phase; rssMb: number; unwritten: number };
export const PHASES = ['before', 'standing still', 'after'] as const;
export type Phase = (typeof PHASES)[number];

/** PostgreSQL stands still in the middle of even load, and runs again. */
export async function benchSlowDatabase({ seconds, requests }: StudyOptions): Promise<Study> {
  await using bed = await makeBed();
  await using load = startLoad();
  const { server, aim } = await startOn(bed.home);
  await using _ = server;
  const all = await warmUp(load, aim);
  await catchUp(server.url);
  const samples: Sample[] = [];
  const sampling = startSampling(aim, samples);
  const phases = await runPhases({ load, aim, seconds, sampling });
  const caughtUp = await catchUp(server.url);
  await sampling.stop();
  all.push(...Object.values(phases));
  const writer = await measureWriter({ load, aim, requests: Math.min(requests, 60_000) });
  all.push(writer.asked);
  const records = recordsLine(await countStoredRows(bed.home), tally(all));
  const report = [
    slowDatabaseReport({ seconds, phases, samples, caughtUpMs: caughtUp.ms }),
    writerTable(writer),
    records.line,
  ];
  return { report: report.join('\n\n'), complete: records.every };
}

export type SlowFigures = {
  seconds: number;
  phases: Readonly<Record<Phase, Measured>>;
  samples: readonly Sample[];
  /** From the end of the load until every record was in the database. */
  caughtUpMs: number;
};

type Sampling = { enter(phase: Phase): void; stop(): Promise<void> };
type Running = { load: LoadGenerator; aim: Aim; seconds: number; sampling: Sampling };

async function runPhases({ load, aim, seconds, sampling }: Running) {
  const look = (seed: number, ms: number): Promise<Measured> =>
    load.run({
      ...aim,
      kind: 'open',
      bytes: 480,
      ratePerSecond: RATE,
      seed,
      warmMs: 0,
      measureMs: ms,
    });
  sampling.enter('before');
  const before = await look(1, SECONDS_BEFORE * 1_000);
  const database = standStill(aim.pid);
  try {
    sampling.enter('standing still');
    const still = await look(2, seconds * 1_000);
    database.goOn();
    sampling.enter('after');
    const after = await look(3, SECONDS_AFTER * 1_000);
    return { before, 'standing still': still, after };
  } finally {
    database.goOn();
  }
}

/** Looks at memory and at what is not written yet, again and again. */
function startSampling({ url, pid }: Aim, samples: Sample[]): Sampling {
  const startedAt = performance.now();
  let phase: Phase = 'before';
  let running = true;
  const run = async () => {
    while (running) {
      const { unwritten } = await readHealth(url);
      samples.push({
        atMs: performance.now() - startedAt,
        phase,
        rssMb: residentMb(pid),
        unwritten,
      });
      await pause(SAMPLE_EVERY_MS);
    }
  };
  const done = run();
  return {
    enter(next) {
      phase = next;
    },
    async stop() {
      running = false;
      await done;
    },
  };
}

/** The bars, the phases, and the samples. */
export function slowDatabaseReport(given: SlowFigures): string {
  const { seconds, phases, samples, caughtUpMs } = given;
  const most = (phase: Phase, pick: (sample: Sample) => number) =>
    Math.max(...samples.filter((sample) => sample.phase === phase).map(pick));
  const grown =
    Math.max(...PHASES.map((phase) => most(phase, ({ rssMb }) => rssMb))) -
    most('before', ({ rssMb }) => rssMb);
  const errors = PHASES.reduce((sum, phase) => sum + phases[phase].errors, 0);
  const reached = (value: boolean) => (value ? 'yes' : '**no**');
  return [
    `### PostgreSQL stands still for ${seconds} s at ${RATE.toLocaleString('en-US')} requests/s`,
    table(
      ['figure', 'bar', 'measured', 'reached'],
      [
        ['requests not answered', '0', String(errors), reached(errors === 0)],
        [
          'highest RSS above the highest before',
          `≤ ${MOST_MB} MB`,
          `${figure(grown)} MB`,
          reached(grown <= MOST_MB),
        ],
        [
          'waiting records as few as before, with the load going on',
          '–',
          `${figure(settledMs(samples) / 1_000)} s`,
          '–',
        ],
        ['records all written, after the load’s end', '–', `${figure(caughtUpMs / 1_000)} s`, '–'],
      ],
    ),
    table(
      ['PostgreSQL', 'requests/s', 'p50 / p99 ms', 'most unwritten', 'highest RSS MB', 'errors'],
      PHASES.map((phase) => {
        const { count, seconds: looked, latency, errors: failed } = phases[phase];
        return [
          phase,
          figure(count / looked),
          `${figure(latency.p50Ms)} / ${figure(latency.p99Ms)}`,
          most(phase, ({ unwritten }) => unwritten).toLocaleString('en-US'),
          figure(most(phase, ({ rssMb }) => rssMb)),
          String(failed),
        ];
      }),
    ),
    table(
      ['second', 'unwritten records', 'RSS MB'],
      everyNth(samples, 20).map(({ atMs, phase, unwritten, rssMb }) => [
        `${figure(atMs / 1_000)} (${phase})`,
        unwritten.toLocaleString('en-US'),
        figure(rssMb),
      ]),
    ),
  ].join('\n\n');
}

/**
 * From PostgreSQL's first sample of running again until no more records wait than at most before it
 * stood still; NaN when that never came.
 */
export function settledMs(samples: readonly Sample[]): number {
  const usual = Math.max(
    ...samples.filter(({ phase }) => phase === 'before').map(({ unwritten }) => unwritten),
  );
  const after = samples.filter(({ phase }) => phase === 'after');
  const settled = after.find(({ unwritten }) => unwritten <= usual);
  return (settled?.atMs ?? Number.NaN) - (after[0]?.atMs ?? Number.NaN);
}

/** At most so many of the samples, evenly spread, the last one among them. */
export function everyNth<T>(samples: readonly T[], most: number): T[] {
  const step = Math.ceil(samples.length / most);
  return samples.filter((_, at) => (samples.length - 1 - at) % step === 0);
}
