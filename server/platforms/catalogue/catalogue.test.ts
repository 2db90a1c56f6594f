import { describe, expect, test } from 'vitest';
import { Price } from '#shared/schemas/models.ts';
import { BUILT_IN } from '../registry.ts';
import file from './catalogue.json' with { type: 'json' };
import { cataloguePrice, cataloguePrices, inDollars, modelsOf } from './index.ts';
import { CatalogueFile } from './schema.ts';

const RATES = { CNY: { perDollar: 8, date: '2026-01-01', source: 'https://rates.example' } };

describe('the catalogue', () => {
  test('has a day, and names no platform that is not built in', () => {
    expect(cataloguePrices().date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    const ids = new Set(BUILT_IN.map(({ id }) => id));
    expect(file.models.filter(({ platform }) => !ids.has(platform))).toEqual([]);
  });

  test('offers models on every platform with a network', () => {
    for (const { id } of BUILT_IN.filter((platform) => platform.id !== 'sandbox')) {
      expect(modelsOf(id), id).not.toEqual([]);
    }
  });

  test('offers only models to chat with', () => {
    expect(modelsOf('openai')).toContain('gpt-6-sol');
    expect(modelsOf('openai')).not.toContain('text-embedding-3-small');
  });

  test('has prices that the price form takes', () => {
    const priced = file.models.filter(({ price }) => price !== null);
    expect(priced.length).toBeGreaterThan(20);
    for (const { platform, model } of priced) {
      expect(Price.safeParse(cataloguePrice(platform, model)).success, model).toBe(true);
    }
  });

  test('knows nothing of a price that it could not check, and of other models', () => {
    expect(cataloguePrice('claude', 'claude-haiku-5-5')).toBeNull();
    expect(cataloguePrice('openai', 'no-such-model')).toBeNull();
    expect(cataloguePrice('lab', 'gpt-6-sol')).toBeNull();
  });
});

test('prices in dollars stay as they are', () => {
  const price = { input: 2, cached: 0.2, cacheWrite: 2.5, output: 10 };
  expect(inDollars({ currency: 'USD', ...price }, RATES)).toEqual(price);
});

test('prices in yuan become dollars at the stated rate; what is not named stays unnamed', () => {
  expect(inDollars({ currency: 'CNY', input: 8, output: 1 / 3 }, RATES)).toEqual({
    input: 1,
    output: 0.041667,
  });
});

test.each([
  ['a model given twice', { models: [file.models[0], file.models[0]] }],
  ['a day that is none', { date: 'yesterday' }],
  ['a member it does not know', { currency: 'USD' }],
  ['a currency without a rate', { rates: {} }],
  [
    'a negative price',
    { models: [{ ...file.models[0], price: { currency: 'USD', input: -1, output: 1 } }] },
  ],
])('%s is refused', (_what, change) => {
  expect(CatalogueFile.safeParse({ ...file, ...change }).success).toBe(false);
  expect(CatalogueFile.safeParse(file).success).toBe(true);
});
