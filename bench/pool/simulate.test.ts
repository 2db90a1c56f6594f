import { expect, test } from 'vitest';
import { seeded } from './random.ts';
import { poolReport, reached } from './report.ts';
import { gatehouse, roundRobin } from './selectors.ts';
import { createSimClock } from './sim-clock.ts';
import { simulate } from './simulate.ts';
import { createPlatforms, makeWorld } from './world.ts';

test('a day with Gatehouse reaches every bar, where round robin does not', async () => {
  const ours = await simulate(1, gatehouse);
  expect(ours.requests).toBeGreaterThan(30_000);
  expect(reached(ours)).toBe(true);
  const theirs = await simulate(1, roundRobin);
  expect(reached(theirs)).toBe(false);
  expect(theirs.fairness).toBeLessThan(ours.fairness);
  expect(poolReport([{ way: 'Gatehouse', seed: 1, measures: ours }])).toContain('| 0.000 % |');
}, 60_000);

test('the same seed gives the same day', async () => {
  const [once, again] = [
    await simulate(4, gatehouse, { hours: 3 }),
    await simulate(4, gatehouse, { hours: 3 }),
  ];
  expect(again).toEqual(once);
  expect(await simulate(5, gatehouse, { hours: 3 })).not.toEqual(once);
});

test('timers run in order of time, each with what follows from it', async () => {
  const clock = createSimClock(1_000);
  const seen: string[] = [];
  const random = seeded(3);
  const times = Array.from({ length: 200 }, () => random.whole(1, 50));
  for (const ms of times) void clock.sleep(ms).then(() => void seen.push(`${clock.now()}`));
  clock.setTimer(5, () => seen.push('never'))();
  await clock.runUntil(2_000);
  expect(seen).toEqual(
    times
      .map((ms) => 1_000 + ms)
      .sort((a, b) => a - b)
      .map(String),
  );
  expect(clock.now()).toBe(2_000);
});

test('platforms refuse past the minute’s and the day’s limit, and fail while they are out', () => {
  const world = makeWorld(seeded(1), 0);
  const account = { ...world.accounts[0], id: 'x', platformId: 'p', rpm: 2, daily: 3, most: 9 };
  const out = { ...account, id: 'y', outages: [{ from: 0, to: 100 }] };
  const platforms = createPlatforms(world, seeded(2));
  const well = { ...account, outages: [] };
  const ask = (now: number) => platforms.ask(well, now);
  expect([ask(0).kind, ask(1).kind]).toEqual(['served', 'served']);
  expect(ask(2)).toMatchObject({ kind: 'limited', cause: 'burst', returnsAt: 60_000 });
  expect(ask(60_000).kind).toBe('served');
  expect(ask(120_000)).toMatchObject({ kind: 'limited', cause: 'quota', returnsAt: 86_400_000 });
  expect(platforms.remaining(well)).toBe(0);
  expect([platforms.hasRoom(out, 50), platforms.hasRoom(out, 100)]).toEqual([false, true]);
  expect(platforms.ask(out, 50).kind).toBe('failed');
});

test('the same seed gives the same numbers, evenly', () => {
  const [a, b] = [seeded(7), seeded(7)];
  const numbers = Array.from({ length: 5_000 }, () => a.next());
  expect(numbers.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => b.next()));
  expect(numbers.reduce((sum, each) => sum + each, 0) / 5_000).toBeCloseTo(0.5, 1);
  expect(numbers.every((each) => each >= 0 && each < 1)).toBe(true);
});

test('with 990 accounts conversations keep theirs, and nobody is refused', async () => {
  const night = await simulate(1, gatehouse, { hours: 2, times: 33 });
  expect(night.requests).toBeGreaterThan(10_000);
  expect(night.affinity).toBeGreaterThan(0.95);
  expect(night.refused).toBe(0);
}, 60_000);
