import { describe, expect, test } from 'vitest';
import { cool, fresh, isCooling, warm } from './cool-down.ts';

const T = 1_000_000;

describe('an account that failed', () => {
  test('rests 5 s, and twice as long after each further failure, up to 5 minutes', () => {
    const fitness = fresh();
    const rests: number[] = [];
    let now = T;
    for (let turn = 0; turn < 9; turn += 1) {
      cool(fitness, now, now, null);
      rests.push((fitness.coolingUntil - now) / 1_000);
      now = fitness.coolingUntil;
    }
    expect(rests).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
  });

  test('rests as long as the platform asked for, a day at most', () => {
    const fitness = fresh();
    cool(fitness, T, T, 42_000);
    expect(fitness.coolingUntil).toBe(T + 42_000);
    const greedy = fresh();
    cool(greedy, T, T, 1e12);
    expect(greedy.coolingUntil).toBe(T + 86_400_000);
  });

  test('is usable again exactly when its rest is over', () => {
    const fitness = fresh();
    cool(fitness, T, T, null);
    expect([T, T + 4_999, T + 5_000].map((now) => isCooling(fitness, now))).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('gets one strike for fifty requests that fail together', () => {
    const fitness = fresh();
    for (let request = 0; request < 50; request += 1) cool(fitness, T + request, T - 10, null);
    expect(fitness.strikes).toBe(1);
    expect(fitness.coolingUntil).toBe(T + 5_000);
  });

  test('rests longer when a request that was running learns of a longer rest', () => {
    const fitness = fresh();
    cool(fitness, T, T - 10, null);
    cool(fitness, T + 1, T - 10, 60_000);
    cool(fitness, T + 2, T - 10, 1_000);
    expect(fitness.coolingUntil).toBe(T + 1 + 60_000);
  });
});

describe('a success', () => {
  test('lets the next failure count as the first', () => {
    const fitness = fresh();
    cool(fitness, T, T, null);
    cool(fitness, T + 5_000, T + 5_000, null);
    warm(fitness, T + 15_000);
    cool(fitness, T + 20_000, T + 20_000, null);
    expect(fitness.coolingUntil).toBe(T + 25_000);
  });

  test('of a request that was running before the rest began does not end the rest', () => {
    const fitness = fresh();
    cool(fitness, T, T - 10, null);
    warm(fitness, T - 20);
    expect(isCooling(fitness, T + 1)).toBe(true);
  });
});
