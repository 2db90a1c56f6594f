import { expect, test } from 'vitest';
import { fakeClock } from '../testing/fake-clock.ts';
import { createReloader } from './reloader.ts';

function setUp() {
  const loads: { ids: readonly string[] | null; done: () => void; fail: () => void }[] = [];
  const errors: unknown[] = [];
  const clock = fakeClock();
  const reloader = createReloader({
    load: (ids) =>
      new Promise((resolve, reject) => {
        loads.push({ ids, done: resolve, fail: () => reject(new Error('away')) });
      }),
    clock,
    onError: (error) => errors.push(error),
  });
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return { loads, errors, clock, reloader, settle };
}

test('what is asked for while a load runs is gathered into the next one', async () => {
  const { loads, reloader, settle } = setUp();
  const first = reloader.reload(['a']);
  const second = reloader.reload(['b']);
  const third = reloader.reload(['c', 'b']);
  expect(loads.map((load) => load.ids)).toEqual([['a']]);
  loads[0]?.done();
  await first;
  await settle();
  expect(loads.map((load) => load.ids)).toEqual([['a'], ['b', 'c']]);
  loads[1]?.done();
  await Promise.all([second, third]);
  expect(loads).toHaveLength(2);
});

test('everything outweighs single entries', async () => {
  const { loads, reloader, settle } = setUp();
  void reloader.reload(['a']);
  const all = reloader.reload(null);
  void reloader.reload(['b']);
  loads[0]?.done();
  await settle();
  expect(loads[1]?.ids).toBeNull();
  loads[1]?.done();
  await all;
});

test('a failed load rejects, and is tried again until it succeeds', async () => {
  const { loads, errors, clock, reloader, settle } = setUp();
  const asked = reloader.reload(['a']);
  loads[0]?.fail();
  await expect(asked).rejects.toThrow('away');
  clock.advance(1_000);
  loads[1]?.fail();
  await settle();
  clock.advance(1_000);
  expect(loads.map((load) => load.ids)).toEqual([['a'], ['a'], ['a']]);
  loads[2]?.done();
  await settle();
  expect(errors).toHaveLength(2);
  expect(clock.timers()).toBe(0);
});

test('a closed reloader tries nothing again', async () => {
  const { loads, clock, reloader, settle } = setUp();
  const asked = reloader.reload(null);
  reloader.close();
  loads[0]?.fail();
  await expect(asked).rejects.toThrow('away');
  await settle();
  expect(clock.timers()).toBe(0);
});
