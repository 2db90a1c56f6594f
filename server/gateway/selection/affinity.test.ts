import { describe, expect, test } from 'vitest';
import { conversationKey } from './affinity.ts';

const parts = { headers: {}, told: 'opening', userId: 'ada', model: 'gpt-lab' };
const key = (more: Partial<Parameters<typeof conversationKey>[0]> = {}) =>
  conversationKey({ ...parts, ...more });

describe('the key of a conversation', () => {
  test('the client’s own name comes before what the request tells', () => {
    const headers = { 'x-gatehouse-conversation': ' ticket-7 ' };
    expect(key({ headers })).toBe(key({ headers, told: 'something else' }));
    expect(key({ headers })).not.toBe(key());
    expect(key({ headers: { 'x-gatehouse-conversation': '  ' } })).toBe(key());
  });

  test('people and models share none', () => {
    expect(key({ userId: 'ben' })).not.toBe(key());
    expect(key({ model: 'other' })).not.toBe(key());
  });

  test('a name of kilobytes is cut, not carried along', () => {
    expect(
      key({ headers: { 'x-gatehouse-conversation': 'x'.repeat(9_000) } })?.length,
    ).toBeLessThan(250);
  });

  test('there is none where nothing tells', () => {
    expect(key({ told: null })).toBeNull();
    expect(key({ told: '' })).toBeNull();
  });
});
