import { expect, test } from 'vitest';
import { createRoll } from './roll.ts';

/** A roll of these names, how each leaves, and who is on it. */
function rollOf(...names: string[]) {
  const roll = createRoll<{ name: string }>();
  const leaves = Object.fromEntries(names.map((name) => [name, roll.add({ name })]));
  return {
    roll,
    leave: (name: string) => leaves[name]?.(),
    there: () => [...roll].map(({ name }) => name),
  };
}

test('keeps who is there, in order of arrival', () => {
  const { leave, roll, there } = rollOf('a', 'b', 'c');
  expect(there()).toEqual(['a', 'b', 'c']);
  leave('b');
  expect(there()).toEqual(['a', 'c']);
  expect(roll.size()).toBe(2);
});

test('leaving twice is leaving once', () => {
  const { leave, roll, there } = rollOf('a', 'b');
  leave('a');
  leave('a');
  expect(there()).toEqual(['b']);
  expect(roll.size()).toBe(1);
});

test('the first, the last and the only one may leave', () => {
  const { leave, roll, there } = rollOf('a', 'b', 'c');
  leave('a');
  leave('c');
  expect(there()).toEqual(['b']);
  leave('b');
  expect(there()).toEqual([]);
  roll.add({ name: 'd' });
  expect(there()).toEqual(['d']);
});

test('whoever is visited may leave, and so may the next', () => {
  const { leave, roll, there } = rollOf('a', 'b', 'c');
  const seen: string[] = [];
  for (const { name } of roll) {
    seen.push(name);
    leave('a');
    leave('b');
  }
  expect(seen).toEqual(['a', 'b', 'c']);
  expect(there()).toEqual(['c']);
});
