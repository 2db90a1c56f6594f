import { expect, test } from 'vitest';
import { isSearching, totalOf } from './use-keys-list.ts';

test('revoked keys count where they are asked for', () => {
  const counts = { active: 1, disabled: 2, expired: 4, revoked: 8 };
  expect(totalOf(counts, {})).toBe(7);
  expect(totalOf(counts, { withRevoked: true })).toBe(15);
  expect(totalOf(counts, { state: 'revoked' })).toBe(8);
  expect(totalOf(counts, { state: 'disabled', withRevoked: true })).toBe(2);
});

test('spaces look for nothing, and neither do revoked keys that are shown', () => {
  expect(isSearching({ search: '  ', withRevoked: true })).toBe(false);
  expect(isSearching({ search: 'ci' })).toBe(true);
  expect(isSearching({ scope: 'chat' })).toBe(true);
});
