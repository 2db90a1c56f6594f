import { expect, test } from 'vitest';
import { checkModel, type ModelFormValues, newRoute, shares, toModel } from './model-form.ts';

const TEXTS = { half: 'half', missing: 'missing', twice: 'twice' };

function values(change: Partial<ModelFormValues>): ModelFormValues {
  return {
    name: 'gpt-lab',
    enabled: true,
    routes: [newRoute('lab', 'tiny')],
    price: { input: '', cached: '', output: '' },
    ...change,
  };
}

test('an empty price is no price', () => {
  expect(toModel(values({})).price).toBeNull();
  expect(checkModel(values({}), TEXTS)).toEqual({});
});

test('free is a price, not a missing one', () => {
  const price = { input: 0, cached: '' as const, output: 0 };
  expect(toModel(values({ price })).price).toEqual({ input: 0, output: 0 });
});

test('half a price is asked to be completed', () => {
  const errors = checkModel(values({ price: { input: 1, cached: '', output: '' } }), TEXTS);
  expect(errors).toEqual({ 'price.output': 'half' });
  expect(checkModel(values({ price: { input: '', cached: 1, output: '' } }), TEXTS)).toMatchObject({
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
  expect(shares([3, 1, 0])).toEqual([0.75, 0.25, 0]);
  expect(shares([0, 0])).toEqual([0.5, 0.5]);
});
