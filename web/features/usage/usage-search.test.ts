import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFiltered, readUsageSearch, toUsageFilter } from './usage-search.ts';

const ID = '0199d2f4-5b9a-7cc3-9a3e-2f1b7c1d0e4a';
const NOW = Date.parse('2026-11-22T12:00:00.000Z');

describe('reading the address', () => {
  test('keeps every part that makes sense', () => {
    const search = {
      id: 'anything',
      range: 'week',
      from: '2026-11-01T00:00:00.000Z',
      to: '2026-11-02T00:00:00.000Z',
      model: 'gpt-lab',
      key: ID,
      user: ID,
      account: ID,
      outcome: 'failed',
      operation: 'embeddings',
    };
    expect(readUsageSearch(search)).toEqual(search);
  });

  test('leaves out what makes no sense and keeps the rest', () => {
    const search = {
      range: 'year',
      from: 'yesterday',
      key: 'x',
      outcome: 'ok',
      operation: 'dance',
      other: 1,
    };
    expect(readUsageSearch(search)).toEqual({ outcome: 'ok' });
  });

  test('a model whose name looks like a number stays a name', () => {
    expect(readUsageSearch({ model: 4.1 })).toEqual({ model: '4.1' });
  });

  test('never throws, and what it read it reads again the same', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (search) => {
        const once = readUsageSearch(search);
        expect(readUsageSearch(once)).toEqual(once);
      }),
    );
  });
});

describe('the filter', () => {
  test('a range ends now and starts its length before', () => {
    expect(toUsageFilter({ range: 'day' }, NOW)).toEqual({ from: '2026-11-21T12:00:00.000Z' });
  });

  test('a range wins over exact times', () => {
    const search = { range: 'hour', to: '2026-01-01T00:00:00.000Z' } as const;
    expect(toUsageFilter(search, NOW)).toEqual({ from: '2026-11-22T11:00:00.000Z' });
  });

  test('names become the names of the server', () => {
    const search = {
      key: ID,
      user: ID,
      account: ID,
      outcome: 'aborted',
      operation: 'count',
    } as const;
    expect(toUsageFilter(search, NOW)).toEqual({
      keyId: ID,
      userId: ID,
      accountId: ID,
      outcome: 'aborted',
      operation: 'count',
    });
  });

  test('an open record is no filter', () => {
    expect(isFiltered({ id: ID })).toBe(false);
    expect(isFiltered({ id: ID, range: 'day' })).toBe(true);
  });
});
