import { expect, test } from 'vitest';
import { lineChart } from './chart.ts';

const chart = {
  name: 'growth',
  title: 'Cost <of> growth',
  unit: 'µs',
  steps: ['1 key', '1,000\nkeys'],
  lines: [{ name: 'a request', values: [100, 200] }],
};
const circles = (svg: string) =>
  [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ]);

test('a point for each step, the higher value higher up, from zero', () => {
  const [first, second] = circles(lineChart(chart));
  const base = 280 - 56;
  expect(second?.[0]).toBeGreaterThan(first?.[0] ?? 0);
  // Twice the value is twice as far from the base line.
  expect(base - (second?.[1] ?? 0)).toBeCloseTo(2 * (base - (first?.[1] ?? 0)), 0);
});

test.each([
  [79.3, ['0', '20', '40', '60', '80']],
  [3_645, ['0', '1,000', '2,000', '3,000', '4,000']],
  [0.9, ['0', '0.2', '0.4', '0.6', '0.8', '1']],
])('an axis up to %d has round numbers', (value, marks) => {
  const svg = lineChart({ ...chart, lines: [{ name: 'x', values: [0, value] }] });
  const told = [...svg.matchAll(/text-anchor="end">([^<]+)</g)].map(([, mark]) => mark);
  expect(told).toEqual(marks);
});

test('words are words, whatever is in them', () => {
  const svg = lineChart(chart);
  expect(svg).toContain('Cost &lt;of&gt; growth (µs)');
  expect(svg).not.toContain('<of>');
});
