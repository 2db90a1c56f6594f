import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LeaseFilter } from '#shared/schemas/vault-secrets.ts';
import { countLeaseFilters, readLeaseSearch, toLeaseFilter } from './lease-search.ts';

const NOW = Date.parse('2026-11-22T12:00:00.000Z');

test('whatever stands in the address is read and makes a filter the server takes', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom('range', 'account', 'by', 'address', 'accountId', 'secretId'),
        fc.anything(),
      ),
      (found) => {
        const filter = toLeaseFilter(readLeaseSearch(found), NOW);
        expect(LeaseFilter.safeParse(filter).success).toBe(true);
      },
    ),
  );
});

test('a range ends now, and what is not said narrows nothing', () => {
  const search = readLeaseSearch({ range: 'hour', by: 7, address: ' ' });
  expect(toLeaseFilter(search, NOW)).toEqual({ from: '2026-11-22T11:00:00.000Z', by: '7' });
  expect(countLeaseFilters(search)).toBe(2);
});
