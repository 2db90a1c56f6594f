import { expect, test } from 'vitest';
import {
  checkModel,
  knownPrices,
  type ModelFormValues,
  NO_PRICE as NONE,
  newRoute,
  priceValues,
  shares,
  toModel,
  toModelUpdate,
} from './model-form.ts';

const TEXTS = { half: 'half', missing: 'missing', twice: 'twice' };

function values(change: Partial<ModelFormValues>): ModelFormValues {
  return {
    name: 'gpt-lab',
    enabled: true,
    routes: [newRoute('lab', 'tiny')],
    price: NONE,
    priceFrom: '',
    ...change,
  };
}

test('an empty price is no price', () => {
  expect(toModel(values({})).price).toBeNull();
  expect(checkModel(values({}), TEXTS)).toEqual({});
});

test('free is a price, not a missing one', () => {
  const price = { ...NONE, input: 0, output: 0 };
  expect(toModel(values({ price })).price).toEqual({ input: 0, output: 0 });
});

test('half a price is asked to be completed', () => {
  const errors = checkModel(values({ price: { ...NONE, input: 1 } }), TEXTS);
  expect(errors).toEqual({ 'price.output': 'half' });
  expect(checkModel(values({ price: { ...NONE, cached: 1 } }), TEXTS)).toMatchObject({
    'price.input': 'half',
    'price.output': 'half',
  });
});

test('a route needs a platform and a model', () => {
  const errors = checkModel(values({ routes: [newRoute()] }), TEXTS);
  expect(errors).toMatchObject({ 'routes.0.platform': 'missing' });
  expect(errors).toHaveProperty(['routes.0.model']);
});

test('the same route twice is pointed out at the second', () => {
  const routes = [newRoute('lab', 'tiny'), newRoute('lab', ' tiny ')];
  expect(checkModel(values({ routes }), TEXTS)).toEqual({ 'routes.1.model': 'twice' });
});

test('shares follow the weights; a last resort gets nothing', () => {
  const weights = (...all: number[]) => all.map((weight) => ({ weight, priority: 0 }));
  expect(shares(weights(3, 1, 0))).toEqual([0.75, 0.25, 0]);
  expect(shares(weights(0, 0))).toEqual([0.5, 0.5]);
});

test('only the lowest priority has a share while all can answer; a last resort is none of it', () => {
  const route = (weight: number, priority: number) => ({ weight, priority });
  expect(shares([route(1, 1), route(2, 0), route(2, 0)])).toEqual([0, 0.5, 0.5]);
  expect(shares([route(0, 0), route(1, 2)])).toEqual([0, 1]);
});

test('a price for written cache is one too, and survives the form', () => {
  expect(checkModel(values({ price: { ...NONE, cacheWrite: 1 } }), TEXTS)).toMatchObject({
    'price.input': 'half',
  });
  const price = { input: 3, cached: 0.3, cacheWrite: 3.75, output: 15 };
  expect(toModel(values({ price: priceValues(price) })).price).toEqual(price);
  expect(toModel(values({ price: priceValues({ input: 3, output: 15 }) })).price).toEqual({
    input: 3,
    output: 15,
  });
});

test('the catalogue’s prices are offered for the models that the routes lead to', () => {
  const entry = (platform: string, model: string) => ({
    platform,
    model,
    price: { input: 1, output: 2 },
    note: null,
  });
  const catalogue = {
    date: '2026-11-22',
    models: [entry('zhipu', 'glm'), entry('qwen', 'glm'), entry('openai', 'gpt')],
  };
  const routes = [newRoute('zhipu', ' glm '), newRoute('zhipu', 'glm'), newRoute('lab', 'gpt')];
  expect(knownPrices(routes, catalogue)).toEqual([entry('zhipu', 'glm')]);
  expect(knownPrices(routes, undefined)).toEqual([]);
});

test('what is priced by other units alone has free tokens', () => {
  const price = { ...NONE, perImage: 0.04 };
  expect(checkModel(values({ price }), TEXTS)).toEqual({});
  expect(toModel(values({ price })).price).toEqual({ input: 0, output: 0, perImage: 0.04 });
});

test('every part of a price survives the form', () => {
  const price = {
    ...{ input: 3, cached: 0.3, cacheWrite: 3.75, output: 15, reasoning: 12, perRequest: 0.001 },
    ...{ perImage: 0.04, perMinute: 0.006, perMillionCharacters: 15, perThousandSearches: 2 },
  };
  expect(toModel(values({ price: priceValues(price) })).price).toEqual(price);
});

test('a price begins now unless a time is chosen', () => {
  expect(toModelUpdate('id', values({}))).not.toHaveProperty('priceFrom');
  const chosen = toModelUpdate('id', values({ priceFrom: '2027-01-01T00:00' }));
  expect(chosen.priceFrom).toBe(new Date(2027, 0, 1).toISOString());
});
