import { expect, test } from 'vitest';
import { type StatisticsRow, sortRows } from './statistics-rows.ts';

const row = (name: string | null, requests: number): StatisticsRow =>
  ({ id: name, name, requests, latencyP50Ms: null }) as StatisticsRow;
const names = (rows: StatisticsRow[]) => rows.map(({ name }) => name);
const rows = [row('key-10', 2), row('key-9', 3), row(null, 2)];

test('rows are sorted by a figure, equal ones left as they were', () => {
  expect(names(sortRows(rows, { by: 'requests', descending: true }))).toEqual([
    'key-9',
    'key-10',
    null,
  ]);
  expect(names(sortRows(rows, { by: 'median', descending: false }))).toEqual(names(rows));
});

test('names are sorted as people count', () => {
  expect(names(sortRows(rows, { by: 'name', descending: false }))).toEqual([
    null,
    'key-9',
    'key-10',
  ]);
});
