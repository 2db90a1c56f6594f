import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AuditFilter } from '#shared/schemas/audit.ts';
import { countFilters, readAuditSearch, toAuditFilter } from './audit-search.ts';

const ID = '0199d2f4-5b9a-7cc3-9a3e-2f1b7c1d0e4a';
const NOW = Date.parse('2026-11-22T12:00:00.000Z');
const NOTHING = readAuditSearch({});

test('every part that makes sense is kept, the rest is left out', () => {
  const search = { open: '12', range: 'day', actor: ID, action: 'users.update', target: 'ben' };
  expect(readAuditSearch(search)).toEqual(search);
  expect(readAuditSearch({ ...search, target: 4.1 })).toEqual({ ...search, target: '4.1' });
  const mangled = { open: '-1', range: 'year', actor: 'ben', action: 'users.x', target: '' };
  expect(readAuditSearch(mangled)).toEqual(NOTHING);
});

test('whatever stands in the address is read and makes a filter the server takes', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('open', 'range', 'actor', 'target'), fc.anything()),
      (found) => {
        const filter = toAuditFilter(readAuditSearch(found), NOW);
        expect(AuditFilter.safeParse(filter).success).toBe(true);
      },
    ),
  );
});

test('a range ends now', () => {
  expect(toAuditFilter({ ...NOTHING, range: 'hour', actor: ID }, NOW)).toEqual({
    from: '2026-11-22T11:00:00.000Z',
    actorId: ID,
  });
});

test('an open row is no filter', () => {
  expect(countFilters({ ...NOTHING, open: '1' })).toBe(0);
  expect(countFilters({ ...NOTHING, open: '1', range: 'day', target: 'b' })).toBe(2);
});
