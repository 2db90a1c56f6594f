import { expect, test } from 'vitest';
import { fakeClock } from '#server/testing/fake-clock.ts';
import { systemClock } from './clock.ts';

test('the system clock tells epoch milliseconds and a cancelled timer never fires', async () => {
  const before = Date.now();
  expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  let fired = false;
  const cancel = systemClock.setTimer(0, () => {
    fired = true;
  });
  cancel();
  // Timers of one length run in the order they were set: this one would come after it.
  await new Promise<void>((resolve) => systemClock.setTimer(0, resolve));
  expect(fired).toBe(false);
});

test('advance runs due timers in the order of their times, timers set by timers included', () => {
  const clock = fakeClock(1_000);
  const seen: [string, number][] = [];
  const mark = (name: string) => () => seen.push([name, clock.now()]);
  clock.setTimer(20, mark('b'));
  clock.setTimer(10, () => {
    mark('a')();
    clock.setTimer(5, mark('nested'));
  });
  clock.setTimer(20, mark('c'));
  const cancel = clock.setTimer(15, mark('cancelled'));
  clock.setTimer(31, mark('late'));
  cancel();
  clock.advance(30);
  expect(seen).toEqual([
    ['a', 1_010],
    ['nested', 1_015],
    ['b', 1_020],
    ['c', 1_020],
  ]);
  expect(clock.now()).toBe(1_030);
  expect(clock.timers()).toBe(1);
});
