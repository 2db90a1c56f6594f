import { expect, test } from 'vitest';
import type { Measured } from '../load/jobs.ts';
import { recordsLine } from './bed.ts';
import { crossProtocolTable } from './cross-protocol.ts';
import { growthTable } from './growth.ts';
import { spreadAccounts } from './growth-fill.ts';
import { replicasReport } from './replicas.ts';

const cpu = (cpuUs: number): Measured => ({
  answered: 100,
  errors: 0,
  short: 0,
  count: 100,
  seconds: 1,
  cpuUs,
  childrenCpuUs: 0,
  rssMb: 90,
  latency: { p50Ms: 1, p99Ms: 2 },
  firstChunk: null,
  delivered: null,
});

test('records are complete when each answer has one, and none came from nowhere', () => {
  const every = (stored: number, answered: number, errors: number) =>
    recordsLine(stored, { answered, errors }).every;
  expect([every(10, 10, 0), every(11, 10, 1)]).toEqual([true, true]);
  expect([every(9, 10, 0), every(11, 10, 0)]).toEqual([false, false]);
});

test('a run in which nothing was answered is not complete', () => {
  expect(recordsLine(10, { answered: 0, errors: 10 }).every).toBe(false);
});

test('a translated answer is held against one of the same round', () => {
  const chat = [cpu(1_000), cpu(2_000)];
  expect(crossProtocolTable({ chat, messages: [cpu(1_500), cpu(3_000)] })).toContain(
    '| ≤ 2 × | 1.50 × | 1.50 to 1.50 | yes |',
  );
  expect(crossProtocolTable({ chat, messages: [cpu(2_500), cpu(5_000)] })).toContain('**no**');
});

test('a full Gatehouse is held against an empty one of the same round', () => {
  const grown = (us: number) => ({ startMs: [900, 1_000, 1_100], rounds: [cpu(us), cpu(us * 2)] });
  const table = growthTable({
    empty: grown(10_000),
    hundredth: grown(10_100),
    tenth: grown(10_200),
    full: grown(10_500),
    'one-platform': grown(30_000),
  });
  const lines = table.split('\n');
  expect(lines.find((line) => line.includes('10,000 accounts at 100 platforms'))).toContain(
    '| 1.05 × (1.05 to 1.05) | ≤ 1.10 × | yes | 1.00 |',
  );
  // Only the even spread has a bar.
  expect(lines.find((line) => line.includes('all accounts'))).toContain(
    '| 3.00 × (3.00 to 3.00) | – |',
  );
});

test('accounts are spread evenly, and the platform that is asked has its share', () => {
  const accounts = spreadAccounts(100, 10, 'bench');
  const of = (platform: string) => accounts.filter((each) => each.platform === platform).length;
  expect([of('bench'), of('grown-1'), of('grown-9')]).toEqual([10, 10, 10]);
  expect(new Set(accounts.map(({ name }) => name)).size).toBe(100);
  expect(spreadAccounts(5, 1, 'bench').every(({ platform }) => platform === 'bench')).toBe(true);
});

test('replicas are held against the bar only where they have cores', () => {
  const [one, two] = [[[cpu(1_000)]], [[cpu(1_000), cpu(1_000)]]];
  expect(replicasReport({ one, two, cores: 4 })).toContain(
    '| ≥ 1.60 × | 2.00 × | 2.00 to 2.00 | yes |',
  );
  expect(replicasReport({ one, two, cores: 2 })).toContain('not to be told here');
});
