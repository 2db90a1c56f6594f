import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { canonicalJson, FIRST_LINK, faultOf, hashOf, type Linked } from './chain.ts';

const row = {
  seq: 1n,
  at: new Date('2026-01-02T03:04:05.678Z'),
  actorId: null,
  actorName: 'ada',
  action: 'users.update',
  targetKind: 'user',
  targetId: '1',
  targetName: 'ben',
  change: { before: { state: 'active' }, after: { state: 'disabled' } },
  address: '192.0.2.1',
  requestId: null,
};
const linked: Linked = { ...row, hash: hashOf(FIRST_LINK.hash, row) };

test('the same value is the same text, in whatever order its names came', () => {
  expect(canonicalJson({ b: [1, { d: null, c: 'é' }], a: true })).toBe(
    canonicalJson({ a: true, b: [1, { c: 'é', d: null }] }),
  );
  expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}');
});

test('a hash can be made again by anyone: SHA-256 of the one before, a line end, the row', () => {
  const text =
    '{"action":"users.update","actorId":null,"actorName":"ada","address":"192.0.2.1",' +
    '"at":"2026-01-02T03:04:05.678Z","change":{"after":{"state":"disabled"},' +
    '"before":{"state":"active"}},"requestId":null,"seq":"1","targetId":"1",' +
    '"targetKind":"user","targetName":"ben"}';
  const before = '0'.repeat(64);
  expect(linked.hash).toBe(createHash('sha256').update(`${before}\n${text}`).digest('hex'));
});

test('a row fits behind the one before', () => {
  expect(faultOf(FIRST_LINK, linked)).toBeNull();
});

test.each([
  ['at', new Date('2026-01-02T03:04:05.679Z')],
  ['actorId', '0198c0de-0000-7000-8000-000000000000'],
  ['actorName', 'eve'],
  ['action', 'users.create'],
  ['targetKind', 'key'],
  ['targetId', '2'],
  ['targetName', 'eve'],
  ['change', { before: { state: 'active' }, after: { state: 'active' } }],
  ['address', '192.0.2.2'],
  ['requestId', '0198c0de-0000-7000-8000-000000000000'],
  ['hash', '0'.repeat(64)],
])('a row with another %s is seen', (member, value) => {
  expect(faultOf(FIRST_LINK, { ...linked, [member]: value })).toBe('altered');
});

test('a row behind another one is seen, and so is a gap', () => {
  expect(faultOf({ ...FIRST_LINK, hash: '1'.repeat(64) }, linked)).toBe('altered');
  expect(faultOf(FIRST_LINK, { ...linked, seq: 2n })).toBe('missing');
});
