import type { Chart } from '../chart.ts';
import type { Measured } from '../load/jobs.ts';
import { type LoadGenerator, startLoad } from '../processes.ts';
import { figure, table } from '../report.ts';
import { tally } from '../run.ts';
import { compareRounds, median } from '../statistics.ts';
import { allWritten, countStoredRows } from '../targets/gateway.ts';
import { warmUp } from '../warm-up.ts';
import {
  LOOK,
  makeBed,
  recordsLine,
  SMALL,
  type Study,
  type StudyOptions,
  startOn,
} from './bed.ts';
import { fillGrowth, type Size } from './growth-fill.ts';

/** A request may cost so much more of a Gatehouse that is full. */
const MOST = 1.1;
const STARTS = 3;

const FULL = { users: 1_000, keys: 100_000, accounts: 10_000, models: 1_000 };

/** What is compared: the first is nearly empty, the bar is for the one that is full. */
export const HOLDINGS = ['empty', 'hundredth', 'tenth', 'full', 'one-platform'] as const;
export type Holding = (typeof HOLDINGS)[number];

const TITLES: Readonly<Record<Holding, string>> = {
  empty: '1 key, 3 accounts',
  hundredth: '1,000 keys; 100 accounts at 10 platforms; 10 models',
  tenth: '10,000 keys; 1,000 accounts at 100 platforms; 100 models',
  full: '100,000 keys; 10,000 accounts at 100 platforms; 1,000 models',
  'one-platform': 'the same, all accounts at the platform that is asked',
};

/** How far each is filled, and how many platforms its accounts are at. */
const FILLED: Readonly<Record<Exclude<Holding, 'empty'>, { part: number; platforms: number }>> = {
  hundredth: { part: 0.01, platforms: 10 },
  tenth: { part: 0.1, platforms: 100 },
  full: { part: 1, platforms: 100 },
  'one-platform': { part: 1, platforms: 1 },
};

function sizeOf(holding: Holding, rows: number): Size | null {
  if (holding === 'empty') return null;
  const { part, platforms } = FILLED[holding];
  return {
    users: FULL.users * part,
    keys: FULL.keys * part,
    accounts: FULL.accounts * part,
    models: FULL.models * part,
    rows: rows * part,
    platforms,
  };
}

export type Grown = { startMs: number[]; rounds: Measured[] };

/** Starts a Gatehouse that holds so much; how long each of its starts took. */
async function startGrown(holding: Holding, rows: number) {
  const bed = await makeBed();
  const first = await bed.home.start();
  const size = sizeOf(holding, rows);
  process.stderr.write(`growth: ${TITLES[holding]} …\n`);
  if (size) await fillGrowth(bed.home.folder, size, bed.upstream.url);
  const filledRows = await countStoredRows(bed.home);
  await first[Symbol.asyncDispose]();
  const startMs: number[] = [];
  for (let time = 1; time < STARTS; time += 1) {
    await using server = await bed.home.start();
    startMs.push(server.startMs);
  }
  const { server, aim } = await startOn(bed.home);
  startMs.push(server.startMs);
  return {
    bed,
    aim,
    url: server.url,
    startMs,
    filledRows,
    rounds: [] as Measured[],
    warming: [] as Measured[],
    async [Symbol.asyncDispose](): Promise<void> {
      await server[Symbol.asyncDispose]();
      await bed[Symbol.asyncDispose]();
    },
  };
}
type Running = Awaited<ReturnType<typeof startGrown>>;

/** What a request and a start cost as keys, accounts, models and rows grow. */
export async function benchGrowth({ rounds, rows }: StudyOptions): Promise<Study> {
  await using stack = new AsyncDisposableStack();
  const load = stack.use(startLoad());
  const start = async (holding: Holding) => stack.use(await startGrown(holding, rows));
  const grown: Record<Holding, Running> = {
    empty: await start('empty'),
    hundredth: await start('hundredth'),
    tenth: await start('tenth'),
    full: await start('full'),
    'one-platform': await start('one-platform'),
  };
  await alternate(load, Object.values(grown), rounds);
  const lines: string[] = [];
  let complete = true;
  for (const holding of HOLDINGS) {
    const { bed, url, filledRows, ...each } = grown[holding];
    await allWritten(url);
    const stored = (await countStoredRows(bed.home)) - filledRows;
    const records = recordsLine(stored, tally([...each.warming, ...each.rounds]));
    complete &&= records.every;
    lines.push(`${TITLES[holding]}: ${records.line}`);
  }
  const title = `### Growth: 480-byte request, 32 clients, ${figure(rows)} usage rows filled in`;
  return {
    report: [title, growthTable(grown), ...lines].join('\n\n'),
    complete,
    charts: [growthChart(grown)],
  };
}

async function alternate(load: LoadGenerator, all: readonly Running[], rounds: number) {
  for (const each of all) each.warming.push(...(await warmUp(load, each.aim)));
  for (let round = 0; round < rounds; round += 1) {
    for (const each of round % 2 === 0 ? all : all.toReversed()) {
      each.rounds.push(await load.run({ ...each.aim, ...SMALL, ...LOOK }));
    }
  }
}

const cpu = ({ cpuUs, count }: Measured) => cpuUs / count;

const EVENLY_SPREAD = ['empty', 'hundredth', 'tenth', 'full'] as const;

function growthChart(grown: Readonly<Record<Holding, Grown>>): Chart {
  const figures = (of: (each: Grown) => number) => EVENLY_SPREAD.map((name) => of(grown[name]));
  return {
    name: 'growth',
    title: 'Keys, accounts and models',
    unit: 'CPU µs a request; start in ms',
    steps: [
      '1 key\n3 accounts',
      '1,000 keys\n100 accounts',
      '10,000 keys\n1,000 accounts',
      '100,000 keys\n10,000 accounts',
    ],
    lines: [
      { name: 'a request, µs', values: figures(({ rounds }) => median(rounds.map(cpu))) },
      { name: 'start, ms', values: figures(({ startMs }) => median(startMs)) },
    ],
  };
}

/** A row for each holding, with its same-round ratio to the empty one. */
export function growthTable(grown: Readonly<Record<Holding, Grown>>): string {
  const empty = grown.empty.rounds.map(cpu);
  const rows = HOLDINGS.map((holding) => {
    const { rounds, startMs } = grown[holding];
    const by = compareRounds(rounds.map(cpu), empty, (ours, theirs) => ours / theirs);
    const isEmpty = holding === 'empty';
    const isHeld = holding === 'full';
    return [
      TITLES[holding],
      figure(median(rounds.map(({ count, seconds }) => count / seconds))),
      figure(median(rounds.map(cpu))),
      isEmpty ? '–' : `${figure(by.median)} × (${figure(by.min)} to ${figure(by.max)})`,
      isHeld ? `≤ ${figure(MOST)} ×` : '–',
      isHeld ? (by.median <= MOST ? 'yes' : '**no**') : '–',
      figure(median(startMs) / 1_000),
      figure(median(rounds.map(({ rssMb }) => rssMb))),
      String(rounds.reduce((sum, { errors }) => sum + errors, 0)),
    ];
  });
  const head = ['holds', 'requests/s', 'CPU µs/request', 'against empty', 'bar', 'reached'];
  return table([...head, 'start s', 'RSS MB', 'errors'], rows);
}
