import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { AppError } from '#shared/errors.ts';
import type { Clock } from '../../infra/clock.ts';
import { systemClock } from '../../infra/clock.ts';
import { newId } from '../../infra/ids.ts';
import { createPool } from '../../infra/postgres/pool.ts';
import { createPrisma, type Db } from '../../infra/prisma/client.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/postgres.ts';
import type { JobKind, NewJob } from './job-kind.ts';
import { createJobsRepo } from './jobs.repo.ts';
import { createJobs, type Jobs } from './jobs.ts';
import { createQueueRepo } from './queue.repo.ts';
import { LEASE_MS } from './turn.ts';

let database: TestDatabase;
let db: Db;
let pool: ReturnType<typeof createPool>;
let opened: Jobs[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  db = createPrisma(database.url, { max: 6 });
  pool = createPool(database.url, { max: 8 });
});
afterEach(async () => {
  await Promise.all(opened.map((jobs) => jobs.close()));
  opened = [];
  await db.job.deleteMany({});
});
afterAll(async () => {
  await Promise.all([pool.end(), db.$disconnect()]);
  await database[Symbol.asyncDispose]();
});

const soon = <Result>(check: () => Result) => vi.waitFor(check, { timeout: 30_000, interval: 20 });

/** One server with these kinds; it works from `open` on. */
function server(
  kinds: Readonly<Record<string, Partial<JobKind> & Pick<JobKind, 'run'>>>,
  clock: Clock = systemClock,
): Jobs {
  const jobs = createJobs({
    repo: createJobsRepo(db),
    queue: createQueueRepo(pool),
    cipher: {
      seal: (plain, { id }) => `sealed:${id}:${Buffer.from(plain).toString('base64')}`,
      open: (sealed) => Buffer.from(sealed.split(':')[2] ?? '', 'base64').toString(),
    },
    clock,
    newId: () => newId(),
    explain: (thrown) =>
      thrown instanceof AppError ? thrown : new AppError('internal', 'It broke.'),
    onError: () => undefined,
  });
  for (const [name, kind] of Object.entries(kinds)) {
    jobs.define(name, { concurrency: 1, batch: 10, sealed: false, ...kind });
  }
  opened.push(jobs);
  return jobs;
}

const things = (count: number, ownerId: string | null = null): NewJob => ({
  ownerId,
  input: {},
  items: Array.from({ length: count }, (_, at) => ({ name: `n${at + 1}`, input: `i${at + 1}` })),
});
const done: JobKind['run'] = async (work) =>
  work.map(({ number }) => ({ number, state: 'done', code: 'counted' }));
const jobOf = (id: string) => db.job.findUniqueOrThrow({ where: { id } });
const ended = (id: string) =>
  soon(async () => {
    const job = await jobOf(id);
    expect(job.endedAt).not.toBeNull();
    return job;
  });

test('does each thing once, counts it, reports by code and forgets what it was given', async () => {
  const seen: number[] = [];
  const jobs = server({
    count: {
      async run(work) {
        seen.push(...work.map(({ number }) => number));
        return work.map(({ number }) =>
          number % 3 === 0
            ? { number, state: 'skipped', code: 'known' }
            : { number, state: 'done', code: 'counted' },
        );
      },
    },
  });
  jobs.open();
  const job = await ended(await jobs.start('count', things(95)));
  expect(seen).toEqual(Array.from({ length: 95 }, (_, at) => at + 1));
  expect(job).toMatchObject({ state: 'done', total: 95, done: 64, skipped: 31, failed: 0 });
  expect(job.report).toEqual({ counted: 64, known: 31 });
  expect(await db.jobItem.count({ where: { jobId: job.id, input: { not: '' } } })).toBe(0);
});

test('a server that is killed in the middle leaves the rest to another, and nothing is told twice', async () => {
  const starter = server({ count: { run: done } });
  const id = await starter.start('count', things(100));
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'jobs-child.ts'), database.url],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const over = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    if (Number(line) === 41) break;
  }
  child.kill('SIGKILL');
  expect(await over).toEqual([null, 'SIGKILL']);

  expect(await jobOf(id)).toMatchObject({ state: 'running', endedAt: null });
  // Nobody takes a job from a server that may be alive.
  const later = { ...systemClock, now: () => Date.now() + LEASE_MS + 1_000 };
  const early: number[] = [];
  const note = (all: number[]): JobKind['run'] => {
    return async (work, ctx) => {
      all.push(...work.map(({ number }) => number));
      return done(work, ctx);
    };
  };
  const patient = server({ count: { run: note(early) } });
  const other = await patient.start('count', things(1));
  patient.open();
  await ended(other);
  expect(early).toEqual([1]);
  await patient.close();

  const rest: number[] = [];
  server({ count: { run: note(rest) } }, later).open();
  expect(await ended(id)).toMatchObject({ state: 'done', done: 100, failed: 0, skipped: 0 });
  expect(rest).toContain(41);
  expect(new Set(rest).size).toBe(rest.length);
});

test('two servers share many jobs, and no thing is done by both', async () => {
  const seen: string[] = [];
  const run: JobKind['run'] = async (work, ctx) => {
    seen.push(...work.map(({ number }) => `${ctx.job.id} ${number}`));
    return done(work, ctx);
  };
  const [one, two] = [server({ count: { run } }), server({ count: { run } })];
  const ids = await Promise.all(Array.from({ length: 6 }, () => one.start('count', things(50))));
  one.open();
  two.open();
  for (const id of ids) expect(await ended(id)).toMatchObject({ state: 'done', done: 50 });
  expect(seen).toHaveLength(300);
  expect(new Set(seen).size).toBe(300);
});

test('a cancelled job finishes what has begun, and skips what waits', async () => {
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const jobs = server({
    count: {
      async run(work, ctx) {
        begun.resolve();
        await goOn.promise;
        return done(work, ctx);
      },
    },
  });
  jobs.open();
  const id = await jobs.start('count', things(100));
  await begun.promise;
  expect(await jobs.cancel(id, async () => undefined)).toBe(true);
  goOn.resolve();
  await soon(async () => {
    expect(await jobOf(id)).toMatchObject({ state: 'cancelled', done: 10, skipped: 90 });
  });
  expect(await jobs.cancel(id, async () => undefined)).toBe(false);
  expect(await db.jobItem.count({ where: { jobId: id, input: { not: '' } } })).toBe(0);
});

test('owners have turns: one with a thousand jobs does not keep another waiting', async () => {
  const [ada, ben] = await Promise.all(
    ['ada', 'ben'].map((username) =>
      db.user.create({ data: { id: crypto.randomUUID(), username, role: 'member' } }),
    ),
  );
  const order: (string | null)[] = [];
  const jobs = server({
    count: {
      async run(work, ctx) {
        order.push(ctx.job.ownerId);
        return done(work, ctx);
      },
    },
  });
  const ids: string[] = [];
  for (let at = 0; at < 5; at += 1) ids.push(await jobs.start('count', things(1, ada?.id)));
  ids.push(await jobs.start('count', things(1, ben?.id)));
  jobs.open();
  for (const id of ids) await ended(id);
  expect(order.indexOf(ben?.id ?? '')).toBeLessThanOrEqual(1);
});

test('what the work throws at is told of its things; sealed inputs lie sealed', async () => {
  const jobs = server({
    count: {
      batch: 1,
      sealed: true,
      async run([item]) {
        if (item?.input !== 'i2') throw new AppError('not_found', 'It is gone.');
        return [{ number: item.number, state: 'done', code: 'counted' }];
      },
    },
  });
  const id = await jobs.start('count', things(2));
  const stored = await db.jobItem.findMany({ where: { jobId: id }, orderBy: { number: 'asc' } });
  expect(stored.map(({ input }) => input)).toEqual([
    expect.stringMatching(`^sealed:${id}/1:`),
    expect.stringMatching(`^sealed:${id}/2:`),
  ]);
  jobs.open();
  expect(await ended(id)).toMatchObject({ done: 1, failed: 1 });
  const items = await db.jobItem.findMany({ where: { jobId: id }, orderBy: { number: 'asc' } });
  expect(items.map(({ result }) => result)).toEqual([
    { code: 'not_found', text: 'It is gone.' },
    { code: 'counted' },
  ]);
});

test('a job without things, or with too many, is refused', async () => {
  const jobs = server({ count: { run: done } });
  await expect(jobs.start('count', things(0))).rejects.toThrow(/nothing to do/);
  await expect(jobs.start('count', things(50_001))).rejects.toThrow(/At most 50000/);
  expect(await db.job.count()).toBe(0);
});
