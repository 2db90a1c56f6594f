import i18next from 'i18next';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  formatCompact,
  formatDuration,
  formatMicros,
  formatNumber,
  formatPercent,
  formatRelative,
} from './format.ts';

const NOW = Date.parse('2026-03-10T12:00:00Z');

describe('in English', () => {
  beforeAll(() => i18next.init({ lng: 'en', resources: {} }));

  test.each([
    [0, '$0.00'],
    [1_234_560_000, '$1,234.56'],
    [-2_500_000, '-$2.50'],
    [1_200, '$0.0012'],
    [1, '$0.000001'],
  ])('%i micro-dollars are %s', (micros, text) => {
    expect(formatMicros(micros)).toBe(text);
  });

  test.each([
    [0, '0 ms'],
    [840, '840 ms'],
    [2_450, '2.45 sec'],
    [45_600, '45.6 sec'],
    [210_000, '3.5 min'],
    [5_400_000, '1.5 hr'],
  ])('%i ms are %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test.each([
    ['2026-03-10T11:59:58Z', 'now'],
    ['2026-03-10T11:59:30Z', '30 sec. ago'],
    ['2026-03-10T11:57:00Z', '3 min. ago'],
    ['2026-03-09T11:00:00Z', 'yesterday'],
    ['2026-03-12T12:00:01Z', 'in 2 days'],
    ['2026-04-09T11:59:58Z', 'in 30 days'],
    ['2026-06-01T12:00:00Z', 'Jun 1, 2026'],
  ])('%s is %s', (iso, text) => {
    expect(formatRelative(iso, NOW)).toBe(text);
  });

  test('counts and shares', () => {
    expect(formatNumber(1_234_567)).toBe('1,234,567');
    expect(formatCompact(1_234_567)).toBe('1.23M');
    expect(formatPercent(0.0375)).toBe('3.8%');
  });
});

describe('in Chinese', () => {
  beforeAll(() => i18next.changeLanguage('zh'));

  test('counts by ten thousand, times in Chinese', () => {
    expect(formatCompact(1_234_567)).toBe('123万');
    expect(formatRelative('2026-03-10T11:57:00Z', NOW)).toBe('3分钟前');
  });
});
