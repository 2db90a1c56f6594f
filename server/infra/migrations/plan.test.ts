import { expect, test } from 'vitest';
import { type AppliedMigration, planMigrations } from './plan.ts';

const files = ['1_first', '2_second', '3_third'].map((name) => ({
  name,
  sql: '',
  checksum: `sum of ${name}`,
}));
const applied = (name: string, change: Partial<AppliedMigration> = {}): AppliedMigration => ({
  name,
  checksum: `sum of ${name}`,
  finished: true,
  ...change,
});
const pending = (...done: AppliedMigration[]) =>
  planMigrations(files, done).map(({ name }) => name);

test('what is not applied is pending, oldest first', () => {
  expect(pending()).toEqual(['1_first', '2_second', '3_third']);
  expect(pending(applied('1_first'), applied('2_second'))).toEqual(['3_third']);
  expect(pending(...files.map(({ name }) => applied(name)))).toEqual([]);
});

test('a migration of a branch merged late is applied although newer ones are', () => {
  expect(pending(applied('1_first'), applied('3_third'))).toEqual(['2_second']);
});

test('a database that is newer than the code is refused', () => {
  expect(() => pending(applied('1_first'), applied('9_future'))).toThrow(
    /9_future, which this Gatehouse does not know: it was used by a newer release/,
  );
});

test('a file that was changed after it was applied is refused', () => {
  expect(() => pending(applied('1_first', { checksum: 'other' }))).toThrow(
    /1_first is not the one this database was made with/,
  );
});

test('a migration that another tool left half-way is refused', () => {
  expect(() => pending(applied('1_first', { finished: false }))).toThrow(
    /1_first was begun by another tool and did not finish/,
  );
});
