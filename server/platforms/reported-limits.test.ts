import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLimits, readReset } from './reported-limits.ts';

const NOW = Date.UTC(2026, 0, 1);

describe('a moment', () => {
  test.each([
    ['6m0s', NOW + 360_000],
    ['1s', NOW + 1_000],
    ['12ms', NOW + 12],
    ['1h2m3.5s', NOW + 3_723_500],
    ['59.70s', NOW + 59_700],
    ['7', NOW + 7_000],
    ['0', NOW],
    ['1767225660', NOW + 60_000],
    ['1767225660000', NOW + 60_000],
    ['2026-01-01T00:01:00Z', NOW + 60_000],
    ['2026-01-01T08:01:00+08:00', NOW + 60_000],
    ['Thu, 01 Jan 2026 00:01:00 GMT', NOW + 60_000],
    ['2020-01-01T00:00:00Z', Date.UTC(2020, 0, 1)],
  ])('%s', (text, at) => expect(readReset(text, NOW)).toBe(at));

  test.each(['', '-1', 'soon', '1', '9e99', '2026', '1y', '6m0', '2099-01-01T00:00:00Z'])(
    'is not made of %j beyond a year, nor of anything else',
    (text) => {
      const at = readReset(text, NOW);
      expect(at === null || at <= NOW + 366 * 86_400_000).toBe(true);
    },
  );

  test('is read back from any duration', () => {
    const part = fc.tuple(
      fc.integer({ min: 0, max: 999 }),
      fc.constantFrom<[string, number]>(['ms', 1], ['s', 1_000], ['m', 60_000], ['h', 3_600_000]),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const text = parts.map(([count, [unit]]) => `${count}${unit}`).join('');
        const ms = parts.reduce((sum, [count, [, each]]) => sum + count * each, 0);
        expect(readReset(text, NOW)).toBe(NOW + ms);
      }),
    );
  });

  test('is read back from any date of the year, as text and as a number', () => {
    const ahead = fc.integer({ min: 0, max: 365 * 86_400 });
    fc.assert(
      fc.property(ahead, (seconds) => {
        const at = NOW + seconds * 1_000;
        const date = new Date(at);
        for (const text of [date.toISOString(), date.toUTCString(), `${at}`, `${at / 1_000}`]) {
          expect(readReset(text, NOW)).toBe(at);
        }
      }),
    );
  });

  test('is null or a number for any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const at = readReset(text, NOW);
        expect(at === null || Number.isInteger(at)).toBe(true);
      }),
    );
  });
});

describe('what is left', () => {
  test.each<[string, Record<string, string>, [number, number | null] | null]>([
    ['nothing is said', { 'content-type': 'application/json' }, null],
    [
      'the scarcer of requests and tokens, at OpenAI',
      {
        'x-ratelimit-limit-requests': '60',
        'x-ratelimit-remaining-requests': '59',
        'x-ratelimit-reset-requests': '1s',
        'x-ratelimit-limit-tokens': '150000',
        'x-ratelimit-remaining-tokens': '15000',
        'x-ratelimit-reset-tokens': '6m0s',
      },
      [0.1, NOW + 360_000],
    ],
    [
      'input tokens at Anthropic',
      {
        'anthropic-ratelimit-requests-limit': '50',
        'anthropic-ratelimit-requests-remaining': '49',
        'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:01Z',
        'anthropic-ratelimit-input-tokens-limit': '30000',
        'anthropic-ratelimit-input-tokens-remaining': '0',
        'anthropic-ratelimit-input-tokens-reset': '2026-01-01T00:00:30Z',
      },
      [0, NOW + 30_000],
    ],
    [
      'without a reset, at Baidu',
      { 'x-ratelimit-limit-requests': '300', 'x-ratelimit-remaining-requests': '150' },
      [0.5, null],
    ],
    [
      'the later reset of two that are used up',
      {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '8h',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '2s',
      },
      [0, NOW + 8 * 3_600_000],
    ],
    [
      'a limit of -1 is none, at Azure',
      { 'x-ratelimit-limit-tokens': '-1', 'x-ratelimit-remaining-tokens': '-1' },
      null,
    ],
    [
      'epoch milliseconds at OpenRouter',
      {
        'x-ratelimit-limit': '20',
        'x-ratelimit-remaining': '5',
        'x-ratelimit-reset': `${NOW + 5_000}`,
      },
      [0.25, NOW + 5_000],
    ],
  ])('%s', (_name, headers, found) => {
    expect(readLimits(headers, NOW)).toEqual(found && { remaining: found[0], resetAt: found[1] });
  });

  test('is a share of 0 to 1 whatever the headers say', () => {
    const value = fc.oneof(fc.string(), fc.integer().map(String), fc.double().map(String));
    const names = ['limit', 'remaining', 'reset'].map((part) => `x-ratelimit-${part}-tokens`);
    fc.assert(
      fc.property(fc.tuple(value, value, value), (values) => {
        const headers = Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']));
        const found = readLimits(headers, NOW);
        if (found) expect(found.remaining).toBeGreaterThanOrEqual(0);
        if (found) expect(found.remaining).toBeLessThanOrEqual(1);
      }),
    );
  });
});
