import { expect, test } from 'vitest';
import { createSharedWork } from './shared-work.ts';

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('who asks for the same meanwhile shares the answer, later ones get a new one', async () => {
  const share = createSharedWork(1);
  let runs = 0;
  const work = async () => ++runs;
  expect(await Promise.all([share('a', work), share('a', work), share('a', work)])).toEqual([
    1, 1, 1,
  ]);
  expect(await share('a', work)).toBe(2);
});

test('no more than allowed run at once, and every one has its turn, failures included', async () => {
  const share = createSharedWork(2);
  const open: (() => void)[] = [];
  let most = 0;
  let running = 0;
  const work = async (fails: boolean) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => void open.push(resolve));
    running -= 1;
    if (fails) throw new Error('broken');
  };
  const all = Array.from({ length: 7 }, (_, n) => share(`w${n}`, () => work(n % 2 === 0)));
  const outcomes = Promise.allSettled(all);
  for (let n = 0; n < 7; n += 1) {
    await settle();
    open.shift()?.();
  }
  expect((await outcomes).filter(({ status }) => status === 'rejected')).toHaveLength(4);
  expect(most).toBe(2);
});
