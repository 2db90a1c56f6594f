import { expect, test } from 'vitest';
import { errorRate, type Point, peakOf, toPoints } from './points.ts';

const step = {
  at: '2026-11-22T10:00:00.000Z',
  requests: 10,
  errors: 3,
  inputTokens: 100,
  cacheWriteTokens: 0,
  outputTokens: 50,
  cost: 7,
  latencyP50Ms: 400,
  latencyP95Ms: 900,
  firstTokenP50Ms: null,
};

test('answered and failed add up to the requests', () => {
  expect(toPoints([step])).toEqual([
    {
      at: step.at,
      answered: 7,
      failed: 3,
      input: 100,
      output: 50,
      p50: 400,
      p95: 900,
      firstToken: null,
    },
  ]);
});

test('no requests have no error rate to speak of', () => {
  expect(errorRate({ requests: 0, errors: 0 })).toBe(0);
  expect(errorRate({ requests: 8, errors: 2 })).toBe(0.25);
});

test('the peak is the highest point, and none where nothing was measured', () => {
  const points = [1, 5, 2].map((answered) => ({ ...(toPoints([step])[0] as Point), answered }));
  expect(peakOf(points, 'answered')).toBe(points[1]);
  expect(peakOf(points, 'firstToken')).toBeNull();
});
