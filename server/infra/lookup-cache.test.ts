import { expect, test } from 'vitest';
import { fakeClock } from '../testing/fake-clock.ts';
import { createLookupCache, type LookupCacheLimits } from './lookup-cache.ts';

type Value = { name: string };

function setUp(limits: Partial<LookupCacheLimits> = {}) {
  const clock = fakeClock();
  const rows = new Map<string, Value>();
  const loads: (readonly string[])[] = [];
  const errors: unknown[] = [];
  let gate: Promise<void> = Promise.resolve();
  let failure: Error | null = null;
  const cache = createLookupCache<Value>({
    clock,
    limits,
    onError: (error) => void errors.push(error),
    async load(keys) {
      loads.push(keys);
      const found = new Map(
        keys.flatMap((key) => (rows.has(key) ? [[key, rows.get(key)]] : [])) as [string, Value][],
      );
      await gate;
      if (failure) throw failure;
      return found;
    },
  });
  return {
    clock,
    rows,
    loads,
    errors,
    cache,
    get: async (key: string) => cache.get(key),
    /** Makes loads wait until the returned function is called; what they read is read before. */
    block() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return () => {
        gate = Promise.resolve();
        resolve();
      };
    },
    fail(error: Error | null) {
      failure = error;
    },
  };
}

test('a known key is read once and then answered without a promise', async () => {
  const { rows, cache, get, loads } = setUp();
  rows.set('a', { name: 'A' });
  expect(await get('a')).toEqual({ name: 'A' });
  expect(cache.get('a')).toEqual({ name: 'A' });
  expect(loads).toHaveLength(1);
});

test('a crowd on one key costs one load, and a crowd of keys rides in the next', async () => {
  const { rows, get, loads, block } = setUp();
  rows.set('a', { name: 'A' });
  const open = block();
  const crowd = Array.from({ length: 100 }, () => get('a'));
  const others = Array.from({ length: 50 }, (_, n) => get(`other-${n}`));
  open();
  expect(new Set(await Promise.all(crowd))).toEqual(new Set([{ name: 'A' }]));
  expect(new Set(await Promise.all(others))).toEqual(new Set([null]));
  expect(loads.map((keys) => keys.length)).toEqual([1, 50]);
});

test('an absent key is remembered for a while, and no longer', async () => {
  const { rows, get, loads, clock } = setUp({ absentMs: 5_000 });
  expect(await get('a')).toBeNull();
  rows.set('a', { name: 'A' });
  clock.advance(4_999);
  expect(await get('a')).toBeNull();
  clock.advance(1);
  expect(await get('a')).toEqual({ name: 'A' });
  expect(loads).toHaveLength(2);
});

test('a flood of unknown keys neither grows memory nor queues without end', async () => {
  const { get, block, loads } = setUp({ absent: 10, waiting: 20, batch: 5 });
  const open = block();
  const flood = Array.from({ length: 100 }, (_, n) => get(`unknown-${n}`));
  open();
  const outcomes = await Promise.allSettled(flood);
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(refused).toHaveLength(80);
  expect(refused[0]?.reason).toMatchObject({ code: 'storage_unavailable', retryAfterMs: 1_000 });
  expect(Math.max(...loads.map((keys) => keys.length))).toBeLessThanOrEqual(5);
  // The first ten of the twenty were forgotten again.
  const before = loads.length;
  await get('unknown-0');
  expect(loads).toHaveLength(before + 1);
  await get('unknown-19');
  expect(loads).toHaveLength(before + 1);
});

test('a dropped key is read again; others are not', async () => {
  const { rows, get, loads, cache } = setUp();
  rows.set('a', { name: 'A' });
  rows.set('b', { name: 'B' });
  await Promise.all([get('a'), get('b')]);
  cache.drop((value) => value.name === 'A');
  rows.delete('a');
  const before = loads.length;
  expect(await get('a')).toBeNull();
  expect(await get('b')).toEqual({ name: 'B' });
  expect(loads).toHaveLength(before + 1);
});

test('what was read before a change is not kept after it', async () => {
  const { rows, get, cache, block } = setUp();
  rows.set('a', { name: 'before' });
  const open = block();
  const asked = get('a');
  rows.set('a', { name: 'after' });
  cache.drop(() => true);
  open();
  expect(await asked).toEqual({ name: 'after' });
  expect(cache.get('a')).toEqual({ name: 'after' });
});

test('a new key is found although it was asked for a moment ago', async () => {
  const { rows, get, cache } = setUp();
  expect(await get('a')).toBeNull();
  rows.set('a', { name: 'A' });
  cache.drop(() => false);
  expect(await get('a')).toEqual({ name: 'A' });
});

test('with the database away known keys work, also after a gap, and unknown ones are told', async () => {
  const { rows, get, cache, loads, clock, fail, errors } = setUp({ retryMs: 1_000 });
  rows.set('a', { name: 'A' });
  await get('a');
  fail(new Error('connection refused'));
  cache.doubt();
  expect(await get('a')).toEqual({ name: 'A' });
  expect(await get('a')).toEqual({ name: 'A' });
  expect(loads).toHaveLength(2);
  await expect(get('b')).rejects.toMatchObject({ code: 'storage_unavailable' });
  expect(errors).toHaveLength(2);
  fail(null);
  rows.set('a', { name: 'changed meanwhile' });
  clock.advance(1_000);
  expect(await get('a')).toEqual({ name: 'changed meanwhile' });
});

test('a database that does not answer holds nobody longer than the limit', async () => {
  const { rows, get, cache, clock, block } = setUp({ loadMs: 5_000 });
  rows.set('a', { name: 'A' });
  await get('a');
  cache.doubt();
  block();
  const known = get('a');
  const unknown = get('b');
  const refused = expect(unknown).rejects.toMatchObject({ code: 'storage_unavailable' });
  clock.advance(5_000);
  expect(await known).toEqual({ name: 'A' });
  await new Promise(setImmediate);
  clock.advance(5_000);
  await refused;
});

test('who was not used for longest leaves first, and it is told how often it could answer', async () => {
  const { rows, cache, get } = setUp({ known: 2 });
  for (const name of ['a', 'b', 'c']) rows.set(name, { name });
  await get('a');
  await get('b');
  expect(cache.get('a')).toEqual({ name: 'a' });
  await get('c');
  expect(cache.get('a')).toEqual({ name: 'a' });
  expect(cache.counts()).toEqual({ size: 2, hits: 2, misses: 3 });
  expect(await get('b')).toEqual({ name: 'b' });
});
