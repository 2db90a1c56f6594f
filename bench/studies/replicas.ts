import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '#server/infra/postgres/server.ts';
import { hasRedis, startRedis } from '#server/testing/redis.ts';
import type { Aim, Measured } from '../load/jobs.ts';
import { startLoad } from '../processes.ts';
import { figure, table } from '../report.ts';
import { tally } from '../run.ts';
import { compareRounds, median } from '../statistics.ts';
import { allWritten, countStoredRows } from '../targets/gateway.ts';
import { warmUp } from '../warm-up.ts';
import { aimOf, LOOK, makeBed, recordsLine, SMALL, type Study, type StudyOptions } from './bed.ts';

const LEAST = 0.8;
/** A process, and its share of load generator, platform, PostgreSQL and Redis. */
const CORES_PER_REPLICA = 2;
const REPLICAS = 2;

/** One and two servers on one PostgreSQL and one Redis, each with a load generator of its own. */
export async function benchReplicas({ rounds }: StudyOptions): Promise<Study> {
  if (!hasRedis) {
    return { report: '### Replicas\n\nLeft out: there is no redis-server here.', complete: true };
  }
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await startRedis());
  const bed = stack.use(await makeBed());
  const log = { info: () => undefined, warn: console.error, error: console.error };
  const postgres = await startPostgres({ dataDir: bed.home.folder, log });
  stack.defer(() => postgres.stop());
  const shared = { DATABASE_URL: postgres.url, REDIS_URL: redis.url };
  const secrets = join(bed.home.folder, 'secrets.json');

  const servers: { aim: Aim; load: ReturnType<typeof startLoad> }[] = [];
  for (let n = 0; n < REPLICAS; n += 1) {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    // What the first one seals, the others must be able to open.
    if (n > 0) await copyFile(secrets, join(folder, 'secrets.json'));
    const server = await bed.home.start({
      env: { ...shared, DATA_DIR: n === 0 ? bed.home.folder : folder },
    });
    stack.use(server);
    servers.push({ aim: aimOf(bed.home, server), load: stack.use(startLoad()) });
  }

  const all: Measured[] = [];
  for (const { aim, load } of servers) all.push(...(await warmUp(load, aim)));
  const measured: Measured[][][] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? [1, 2] : [2, 1];
    for (const count of order) {
      const together = await Promise.all(
        servers.slice(0, count).map(({ aim, load }) => load.run({ ...aim, ...SMALL, ...LOOK })),
      );
      measured[count - 1]?.push(together);
      all.push(...together);
    }
  }
  for (const { aim } of servers) await allWritten(aim.url);
  const records = recordsLine(await countStoredRows(bed.home), tally(all));
  const cores = availableParallelism();
  const [one = [], two = []] = measured;
  return {
    report: `${replicasReport({ one, two, cores })}\n\n${records.line}`,
    complete: records.every,
  };
}

export type ReplicaRounds = {
  /** Each round has what each server measured. */
  one: readonly (readonly Measured[])[];
  two: readonly (readonly Measured[])[];
  cores: number;
};

const sum = (of: readonly Measured[], pick: (measured: Measured) => number) =>
  of.reduce((total, each) => total + pick(each), 0);
const perSecond = (of: readonly Measured[]) => sum(of, ({ count, seconds }) => count / seconds);
const cpu = (of: readonly Measured[]) =>
  sum(of, ({ cpuUs }) => cpuUs) / sum(of, ({ count }) => count);

/** Requests a second of both counts, the ratio held against the bar where the cores allow. */
export function replicasReport({ one, two, cores }: ReplicaRounds): string {
  const by = compareRounds(two.map(perSecond), one.map(perSecond), (ours, theirs) => ours / theirs);
  const enough = cores >= REPLICAS * CORES_PER_REPLICA;
  const bar = LEAST * REPLICAS;
  const row = (name: string, rounds: ReplicaRounds['one']) => [
    name,
    figure(median(rounds.map(perSecond))),
    figure(median(rounds.map(cpu))),
    String(sum(rounds.flat(), ({ errors }) => errors)),
  ];
  return [
    '### Replicas: servers on one PostgreSQL and one Redis, 32 clients each',
    enough
      ? `${cores} cores.`
      : `**${cores} cores are too few for the bar**: each server wants a core, and as much again ` +
        'for its load, the platform, PostgreSQL and Redis. Only CPU per request compares here.',
    table(
      ['figure', 'bar', 'median of rounds', 'range', 'reached'],
      [
        [
          'requests/s of two servers against one',
          `≥ ${figure(bar)} ×`,
          `${figure(by.median)} ×`,
          `${figure(by.min)} to ${figure(by.max)}`,
          enough ? (by.median >= bar ? 'yes' : '**no**') : 'not to be told here',
        ],
      ],
    ),
    table(['servers', 'requests/s', 'CPU µs/request', 'errors'], [row('1', one), row('2', two)]),
  ].join('\n\n');
}
