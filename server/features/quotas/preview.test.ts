import { expect, test } from 'vitest';
import type { QuotaMetric } from '#shared/schemas/quotas.ts';
import { createPreview, type PastRequest } from './preview.ts';

const NOON = Date.UTC(2026, 0, 2, 12);

const request = (more: Partial<PastRequest> = {}): PastRequest => ({
  id: '0198f0e0-0000-7000-8000-000000000000',
  at: NOON,
  latencyMs: 1_000,
  tokens: 10,
  cost: 100,
  ...more,
});

function refused(metric: QuotaMetric, limit: number, requests: PastRequest[]) {
  const preview = createPreview([{ metric, limit }], 'UTC', { tokens: 50, cost: 500 });
  for (const one of requests) preview.add(one);
  return preview.result().refused;
}

test.each<[QuotaMetric, number, number]>([
  ['requests-per-minute', 3, 2],
  ['tokens-per-minute', 30, 2],
  ['tokens-per-day', 30, 2],
  ['tokens-per-month', 80, 2],
  ['cost-per-day', 300, 2],
  ['cost-per-month', 800, 2],
  ['concurrency', 3, 2],
])('five requests at once against %s of %d: %d refused', (metric, limit, expected) => {
  expect(refused(metric, limit, Array(5).fill(request()))).toBe(expected);
});

test('minutes start anew, running requests end', () => {
  const apart = [0, 1, 2].map((n) => request({ at: NOON + n * 60_000 }));
  expect(refused('requests-per-minute', 1, apart)).toBe(0);
  expect(refused('concurrency', 1, apart)).toBe(0);
  expect(refused('tokens-per-day', 20, apart)).toBe(1);
});

test('the first few are named, and what was refused counts no further', () => {
  const preview = createPreview(
    [
      { metric: 'requests-per-minute', limit: 1 },
      { metric: 'tokens-per-day', limit: 20 },
    ],
    'UTC',
    { tokens: 0, cost: 0 },
  );
  for (let n = 0; n < 30; n += 1) preview.add(request());
  preview.add(request({ at: NOON + 60_000 }));
  const { examples, ...counts } = preview.result();
  expect(counts).toEqual({ requests: 31, refused: 29 });
  expect(examples).toHaveLength(10);
  expect(examples[0]).toMatchObject({
    metric: 'requests-per-minute',
    at: '2026-01-02T12:00:00.000Z',
  });
});
