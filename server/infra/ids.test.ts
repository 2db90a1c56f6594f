import { expect, test } from 'vitest';
import { fakeClock } from '#server/testing/fake-clock.ts';
import { newId, newSecret, secretPrefix, sha256hex } from './ids.ts';

test('ids are UUIDv7 and sort by the clock', () => {
  const clock = fakeClock();
  const ids = Array.from({ length: 50 }, () => {
    clock.advance(1);
    return newId(clock);
  });
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect([...ids].sort()).toEqual(ids);
  expect(newId(clock)).not.toBe(newId(clock));
});

test('ids of one millisecond sort in the order they were made', () => {
  const clock = fakeClock();
  const ids = Array.from({ length: 1_000 }, () => newId(clock));
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(1_000);
});

test('secrets carry their prefix, 256 bits by default, and only URL-safe characters', () => {
  const secret = newSecret('gh_');
  expect(secret).toMatch(/^gh_[A-Za-z0-9_-]{43}$/);
  expect(newSecret('gh_')).not.toBe(secret);
});

test('sha256hex is SHA-256 of UTF-8', () => {
  expect(sha256hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('the shown prefix never gives away more than a quarter', () => {
  expect(secretPrefix(`gh_${'x'.repeat(43)}`)).toBe('gh_xxxxx');
  expect(secretPrefix('abcdefgh')).toBe('ab');
  expect(secretPrefix('abc')).toBe('');
});
