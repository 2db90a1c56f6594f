import { expect, test } from 'vitest';
import { chooseModel } from './choose-model.ts';

const models = [
  { name: 'asleep', ready: false },
  { name: 'awake', ready: true },
];

test('the wanted model is taken, also while it cannot answer', () => {
  expect(chooseModel(models, 'asleep')?.name).toBe('asleep');
});

test('without a wish, or with one that is not there, the first that can answer', () => {
  expect(chooseModel(models, undefined)?.name).toBe('awake');
  expect(chooseModel(models, 'gone')?.name).toBe('awake');
});

test('while none can answer, any is better than none', () => {
  expect(chooseModel([{ name: 'asleep', ready: false }], undefined)?.name).toBe('asleep');
  expect(chooseModel([], undefined)).toBeNull();
});
