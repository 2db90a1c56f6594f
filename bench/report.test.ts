import { expect, test } from 'vitest';
import type { Measured } from './load/jobs.ts';
import { barTable, figure, scenarioTable } from './report.ts';
import type { Result } from './run.ts';
import { scenarios } from './scenarios.ts';

const measured = (given: Partial<Measured>): Measured => ({
  answered: 100,
  errors: 0,
  short: 0,
  count: 100,
  seconds: 1,
  cpuUs: 10_000,
  childrenCpuUs: 0,
  rssMb: 90,
  latency: { p50Ms: 1, p99Ms: 2 },
  firstChunk: null,
  delivered: null,
  ...given,
});

function small(rounds: Partial<Result['rounds']>): Result {
  const scenario = scenarios('quick').find(({ name }) => name === 'small');
  if (!scenario) throw new Error('no such scenario');
  const one = [measured({})];
  const all = { direct: one, piped: one, dispatch: one, gateway: one, portkey: [] };
  return { scenario, rounds: { ...all, ...rounds } };
}

test('figures have about three digits', () => {
  expect([1_234.5, 123.4, 12.34, 1.234, 0].map(figure)).toEqual([
    '1,235',
    '123',
    '12.3',
    '1.23',
    '0.00',
  ]);
  expect(figure(Number.NaN)).toBe('–');
});

test('a bar is held against the median of same-round ratios', () => {
  const piped = [10_000, 20_000, 10_000].map((cpuUs) => measured({ cpuUs }));
  const gateway = [11_000, 22_000, 30_000].map((cpuUs) => measured({ cpuUs }));
  const report = barTable([small({ piped, gateway, dispatch: piped })]);
  expect(report).toContain(
    '| CPU per request against the bare piped proxy | ≤ 1.15 × | 1.10 × | 1.10 to 3.00 | yes |',
  );
});

test('a missed bar says so', () => {
  const gateway = [measured({ cpuUs: 20_000, count: 50 })];
  const report = barTable([small({ gateway })]);
  expect(report).toContain('| 4.00 × | 4.00 to 4.00 | **no** |');
  expect(report).toContain('| requests/s against bare dispatch | ≥ 0.65 × | 0.50 × |');
});

test('a scenario that was not run has no bar in the report', () => {
  expect(barTable([])).not.toContain('streams');
});

test('a scenario shows every target, and errors of all its rounds', () => {
  const gateway = [measured({ errors: 2 }), measured({ errors: 3 })];
  const lines = scenarioTable(small({ gateway })).split('\n');
  expect(lines.filter((line) => line.startsWith('| '))).toHaveLength(6);
  expect(lines.find((line) => line.includes('Gatehouse, everything on'))).toContain('| 5 |');
});

test('a peer that took no part has neither a bar nor a row', () => {
  const without = small({});
  expect(barTable([without])).not.toContain('Portkey');
  expect(scenarioTable(without)).not.toContain('Portkey');
});

test('requests of the same rounds are held against a peer that took part', () => {
  const portkey = [measured({ count: 5 })];
  expect(barTable([small({ portkey })])).toContain(
    '| requests/s against the Portkey gateway | ≥ 15 × | 20.0 × | 20.0 to 20.0 | yes |',
  );
  expect(scenarioTable(small({ portkey }))).toContain('| Portkey gateway');
});
