import { expect, test } from 'vitest';
import { peopleChoices } from './people-choices.ts';

const ID = '0193a0de-0000-7000-8000-00000000';
const [ADA, BEN, BEN2, GONE] = [`${ID}000a`, `${ID}000b`, `${ID}00b2`, `${ID}00ff`];
const found = [
  { id: ADA, name: 'Ada' },
  { id: BEN, name: 'Ben' },
];

test('who is chosen stays a choice when something else is typed', () => {
  expect(peopleChoices([], [ADA, GONE], new Map([[ADA, 'Ada']]))).toEqual([
    { value: ADA, label: 'Ada' },
    { value: GONE, label: null },
  ]);
});

test('nobody is offered twice', () => {
  expect(peopleChoices(found, [ADA], new Map()).map(({ value }) => value)).toEqual([ADA, BEN]);
});

test('people of one name are told apart', () => {
  const labels = peopleChoices(found, [BEN2], new Map([[BEN2, 'Ben']])).map(({ label }) => label);
  expect(labels).toEqual(['Ada', 'Ben (000b)', 'Ben (00b2)']);
});
