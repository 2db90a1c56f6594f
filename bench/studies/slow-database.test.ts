import { expect, test } from 'vitest';
import type { Measured } from '../load/jobs.ts';
import {
  everyNth,
  type Phase,
  type Sample,
  settledMs,
  slowDatabaseReport,
} from './slow-database.ts';
import { writerTable } from './writer.ts';

const sample = (at: number, phase: Phase, unwritten: number, rssMb = 300): Sample => ({
  atMs: at * 1_000,
  phase,
  unwritten,
  rssMb,
});
const SAMPLES = [
  sample(0, 'before', 100),
  sample(1, 'before', 40),
  sample(2, 'standing still', 2_000, 340),
  sample(3, 'standing still', 4_000, 350),
  sample(4, 'after', 5_000, 380),
  sample(5, 'after', 900),
  sample(6, 'after', 90),
  sample(7, 'after', 30),
];

test('waiting records are settled when they are as few as they were at most before', () => {
  expect(settledMs(SAMPLES)).toBe(2_000);
  expect(settledMs(SAMPLES.slice(0, 6))).toBeNaN();
});

test('samples are thinned out, and the last one stays', () => {
  expect(everyNth([1, 2, 3, 4, 5, 6], 4)).toEqual([2, 4, 6]);
  expect(everyNth([1, 2], 20)).toEqual([1, 2]);
});

test('a request that was not answered, or memory that grew, misses its bar', () => {
  const phase = (errors: number): Measured => ({
    answered: 10,
    errors,
    short: 0,
    count: 10,
    seconds: 1,
    cpuUs: 1,
    childrenCpuUs: 1,
    rssMb: 300,
    latency: { p50Ms: 1, p99Ms: 2 },
    firstChunk: null,
    delivered: null,
  });
  const report = (errors: number, samples: Sample[]) =>
    slowDatabaseReport({
      seconds: 30,
      phases: { before: phase(0), 'standing still': phase(errors), after: phase(0) },
      samples,
      caughtUpMs: 1_500,
    });
  expect(report(0, SAMPLES)).toContain('| ≤ 150 MB | 80.0 MB | yes |');
  expect(report(0, SAMPLES)).toContain('| requests not answered | 0 | 0 | yes |');
  expect(report(3, SAMPLES)).toContain('| requests not answered | 0 | 3 | **no** |');
  expect(report(0, [...SAMPLES, sample(8, 'after', 0, 500)])).toContain('| 200 MB | **no** |');
});

test('the writer is held against five thousand records a second', () => {
  const used = { seconds: 10, cpuUs: 1_000_000, childrenCpuUs: 2_000_000, rssMb: 300 };
  const fast = writerTable({ records: 100_000, ms: 10_000, used });
  expect(fast).toContain('| ≥ 5,000 | 10,000 | yes |');
  expect(fast).toContain('| CPU of PostgreSQL per record | – | 20.0 µs | – |');
  expect(writerTable({ records: 10_000, ms: 10_000, used })).toContain('| 1,000 | **no** |');
});
