import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, test, vi } from 'vitest';
import { fakeClock } from '#server/testing/fake-clock.ts';
import { type Journal, type JournalOptions, openJournal } from './index.ts';

type Row = { id: string; cost?: bigint; text?: string };

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

async function folder(): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'journal-'));
  ending.push(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

function receiver() {
  const rows = new Map<string, Row>();
  const state = { rows, away: false, calls: 0, batches: [] as number[] };
  const deliver = async (batch: Row[]) => {
    state.calls++;
    await Promise.resolve();
    if (state.away) throw new Error('database away');
    state.batches.push(batch.length);
    for (const row of batch) rows.set(row.id, row);
  };
  return Object.assign(state, { deliver });
}

type Setup = Partial<JournalOptions<Row>> & Pick<JournalOptions<Row>, 'dir' | 'deliver'>;

function logs() {
  const lines: string[] = [];
  const keep = (_fields: unknown, text?: string) => void lines.push(text ?? '');
  return { lines, log: { warn: keep, error: keep } as unknown as JournalOptions<Row>['log'] };
}

async function start(setup: Setup): Promise<Journal<Row>> {
  const journal = await openJournal<Row>({ log: logs().log, clock: fakeClock(), ...setup });
  ending.push(() => journal.close());
  return journal;
}

const ids = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `id-${from + i}`);
const appendAll = (journal: Journal<Row>, list: string[]) =>
  Promise.all(list.map((id) => journal.append({ id })));
const files = async (dir: string) => (await readdir(dir)).filter((n) => /seg|bad/.test(n)).sort();

test('records are delivered in order, in batches, and the files go away on close', async () => {
  const dir = await folder();
  const to = receiver();
  const journal = await start({ dir, deliver: to.deliver, maxBatch: 100 });
  await appendAll(journal, ids(0, 250));
  expect(journal.pending()).toBe(250);
  await journal.flush();
  expect([...to.rows.keys()]).toEqual(ids(0, 250));
  expect(to.batches).toEqual([100, 100, 50]);
  expect(journal.pending()).toBe(0);
  await journal.close();
  expect(await files(dir)).toEqual([]);
  await expect(journal.append({ id: 'late' })).rejects.toMatchObject({ code: 'shutting_down' });
});

test('a lone record is delivered after a short wait for company', async () => {
  const clock = fakeClock();
  const to = receiver();
  const journal = await start({ dir: await folder(), deliver: to.deliver, clock, gatherMs: 50 });
  await journal.append({ id: 'a' });
  clock.advance(49);
  await journal.append({ id: 'b' });
  expect(to.calls).toBe(0);
  clock.advance(1);
  await vi.waitFor(() => expect(to.batches).toEqual([2]));
});

test('without a wait for company a record is delivered while the clock stands still', async () => {
  const to = receiver();
  const clock = fakeClock();
  const journal = await start({ dir: await folder(), deliver: to.deliver, clock, gatherMs: 0 });
  await journal.append({ id: 'a' });
  await vi.waitFor(() => expect(to.batches).toEqual([1]));
  await journal.append({ id: 'b' });
  await vi.waitFor(() => expect(to.batches).toEqual([1, 1]));
});

test('bigint fields survive, and text that looks like one stays text', async () => {
  const dir = await folder();
  const away = receiver();
  away.away = true;
  const first = await start({ dir, deliver: away.deliver });
  const rows = [
    { id: 'a', cost: 2n ** 70n },
    { id: 'b', text: '$bigint:5' },
    { id: 'c', text: '$string:$bigint:5 \n\u2028 漢字 \ud800' },
  ];
  for (const row of rows) await first.append(row);
  await first.close();
  const to = receiver();
  const second = await start({ dir, deliver: to.deliver });
  await second.flush();
  expect([...to.rows.values()]).toEqual(rows);
});

test('while the receiver is away records stay, memory is bounded, and order is kept', async () => {
  const clock = fakeClock();
  const dir = await folder();
  const to = receiver();
  to.away = true;
  const setup = { dir, deliver: to.deliver, clock, maxInMemory: 50, maxBatch: 20, retryMs: 100 };
  const journal = await start({ ...setup, segmentBytes: 1_000 });
  for (let i = 0; i < 300; i += 10) await appendAll(journal, ids(i, 10));
  await vi.waitFor(() => expect(to.calls).toBe(1));
  expect(clock.timers()).toBeGreaterThan(0);
  expect(journal.pending()).toBe(300);
  expect((await files(dir)).length).toBeGreaterThan(5);
  to.away = false;
  const flushed = journal.flush();
  clock.advance(100);
  await flushed;
  expect([...to.rows.keys()]).toEqual(ids(0, 300));
  await vi.waitFor(async () => expect(await files(dir)).toHaveLength(1));
  await appendAll(journal, ids(300, 5));
  await journal.flush();
  expect(to.rows.size).toBe(305);
});

test('past the bound records are let go of and read back from disk', async () => {
  const clock = fakeClock();
  const dir = await folder();
  const to = receiver();
  to.away = true;
  const setup = { dir, deliver: to.deliver, clock, maxInMemory: 50, maxBatch: 20, retryMs: 100 };
  const journal = await start(setup);
  for (const id of ids(0, 80)) await journal.append({ id });
  await vi.waitFor(() => expect(to.calls).toBe(1));
  const [name = ''] = await files(dir);
  const file = path.join(dir, name);
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('"id-49"', '"id-xx"').replace('"id-50"', '"id-xx"'));
  to.away = false;
  const flushed = journal.flush();
  clock.advance(100);
  await flushed;
  expect([...to.rows.keys()]).toEqual(ids(0, 80).filter((id) => id !== 'id-50'));
});

test('pauses between failed deliveries double', async () => {
  const clock = fakeClock();
  const to = receiver();
  to.away = true;
  const journal = await start({ dir: await folder(), deliver: to.deliver, clock, retryMs: 100 });
  await journal.append({ id: 'a' });
  clock.advance(50);
  for (const [pause, calls] of [
    [100, 2],
    [200, 3],
    [400, 4],
  ] as const) {
    await vi.waitFor(() => expect(to.calls).toBe(calls - 1));
    await new Promise(setImmediate);
    clock.advance(pause - 1);
    await new Promise(setImmediate);
    expect(to.calls).toBe(calls - 1);
    clock.advance(1);
    await vi.waitFor(() => expect(to.calls).toBe(calls));
  }
});

test('what one process left is delivered by the next, before and among new records', async () => {
  const dir = await folder();
  const away = receiver();
  away.away = true;
  const first = await start({ dir, deliver: away.deliver, segmentBytes: 500 });
  for (const id of ids(0, 40)) await first.append({ id });
  await first.close();
  const to = receiver();
  const second = await start({ dir, deliver: to.deliver, maxBatch: 7 });
  expect(second.pending()).toBeGreaterThan(0);
  await appendAll(second, ids(40, 20));
  await second.flush();
  expect([...to.rows.keys()]).toEqual(ids(0, 60));
  await second.close();
  expect(await files(dir)).toEqual([]);
});

test('a half last line is ignored and a damaged one set aside, the others arrive', async () => {
  const dir = await folder();
  const away = receiver();
  away.away = true;
  const first = await start({ dir, deliver: away.deliver });
  for (const id of ids(0, 5)) await first.append({ id });
  await first.close();
  const [name = ''] = await files(dir);
  const lines = (await readFile(path.join(dir, name), 'utf8')).split('\n');
  lines[2] = lines[2]?.replace('id-2', 'id-x') ?? '';
  lines[4] = lines[4]?.slice(0, -3) ?? '';
  await writeFile(path.join(dir, name), lines.slice(0, 5).join('\n'));
  const to = receiver();
  const { log, lines: said } = logs();
  const second = await start({ dir, deliver: to.deliver, log });
  await second.flush();
  await second.append({ id: 'new' });
  await second.flush();
  expect([...to.rows.keys()]).toEqual(['id-0', 'id-1', 'id-3', 'new']);
  expect(second.pending()).toBe(0);
  expect(said.join()).toMatch(/damaged.*half line/);
  await second.close();
  const [bad = ''] = await files(dir);
  expect(bad).toMatch(/\.bad$/);
  expect(await readFile(path.join(dir, bad), 'utf8')).toBe(`${lines[2]}\n`);
});

test('a full disk refuses the append, leaves no half line, and is over when space returns', async () => {
  const dir = await folder();
  const away = receiver();
  away.away = true;
  let room = Number.POSITIVE_INFINITY;
  const tight = (async (...args: Parameters<typeof open>) => {
    const handle = await open(...args);
    const write = handle.write.bind(handle) as (
      ...a: unknown[]
    ) => Promise<{ bytesWritten: number }>;
    const limited = async (bytes: Buffer, from: number, length: number, at: number) => {
      if (room <= 0) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      const part = Math.min(length, room);
      room -= part;
      return write(bytes, from, part, at);
    };
    return Object.assign(handle, { write: limited });
  }) as unknown as typeof open;
  const first = await start({ dir, deliver: away.deliver, open: tight });
  await first.append({ id: 'before' });
  room = 10;
  const refused = await Promise.allSettled([
    first.append({ id: 'no-1' }),
    first.append({ id: 'no-2' }),
  ]);
  for (const one of refused) {
    expect(one).toMatchObject({ status: 'rejected', reason: { code: 'storage_unavailable' } });
  }
  const [name = ''] = await files(dir);
  expect(await readFile(path.join(dir, name), 'utf8')).toMatch(/^\w{8} {"id":"before"}\n$/);
  room = Number.POSITIVE_INFINITY;
  await first.append({ id: 'after' });
  await first.close();
  const to = receiver();
  const { log, lines } = logs();
  const second = await start({ dir, deliver: to.deliver, log });
  await second.flush();
  expect([...to.rows.keys()]).toEqual(['before', 'after']);
  expect(lines).toEqual([]);
});

test('two journals never share a directory', async () => {
  const dir = await folder();
  const to = receiver();
  const first = await start({ dir, deliver: to.deliver });
  await expect(start({ dir, deliver: to.deliver })).rejects.toMatchObject({ code: 'conflict' });
  await first.close();
  await start({ dir, deliver: to.deliver });
});

test('an unusable directory is a clear error', async () => {
  const dir = path.join(await folder(), 'file');
  await writeFile(dir, '');
  await expect(start({ dir, deliver: receiver().deliver })).rejects.toMatchObject({
    code: 'storage_unavailable',
  });
});

test('kill -9 in the middle of appends loses no acknowledged record', async () => {
  const dir = await folder();
  const acknowledged: string[] = [];
  for (let round = 0; round < 2; round++) {
    const child = spawn(
      process.execPath,
      [path.join(import.meta.dirname, 'crash-child.ts'), dir, `r${round}`],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const ended = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged.push(line);
      if (acknowledged.length === 2_000 * (round + 1)) child.kill('SIGKILL');
    }
    expect(await ended).toEqual([null, 'SIGKILL']);
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(4_000);
  const seen: string[] = [];
  const journal = await start({
    dir,
    deliver: async (batch) => void seen.push(...batch.map(({ id }) => id)),
  });
  await journal.flush();
  const delivered = new Set(seen);
  expect(acknowledged.filter((id) => !delivered.has(id))).toEqual([]);
  expect(seen).toHaveLength(delivered.size);
});
