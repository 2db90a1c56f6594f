import { expect, test } from 'vitest';
import { ModelCreate } from '#shared/schemas/models.ts';
import { offerToModel, searchOffers, toOffers } from './offered-models.ts';

test('names already there and names the schema refuses are told apart from new ones', () => {
  const offers = toOffers(['tiny', 'big', 'no good'], ['tiny']);
  expect(offers.map(({ name, status }) => [name, status])).toEqual([
    ['tiny', 'taken'],
    ['big', 'new'],
    ['no good', 'invalid'],
  ]);
});

test('a prefix of the platform is not part of the public name, but of the route', () => {
  const [offer] = toOffers(['models/gemini-2.5-pro', 'gemini-2.5-pro'], []);
  expect(offer).toMatchObject({ name: 'gemini-2.5-pro', upstream: 'models/gemini-2.5-pro' });
  const model = ModelCreate.parse(offer && offerToModel('gemini', offer));
  expect(model.routes).toEqual([
    { platform: 'gemini', model: 'models/gemini-2.5-pro', weight: 1, priority: 0 },
  ]);
});

test('one name is offered once', () => {
  expect(toOffers(['a', 'a', 'models/a'], [])).toHaveLength(1);
});

test('a search looks for every word in any case', () => {
  const offers = toOffers(['Qwen3-Max', 'qwen-plus', 'gpt'], []);
  expect(searchOffers(offers, 'QWEN max').map(({ name }) => name)).toEqual(['Qwen3-Max']);
  expect(searchOffers(offers, '  ')).toBe(offers);
});
