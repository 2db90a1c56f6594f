import { expect, test } from 'vitest';
import { idFromName } from './id-from-name.ts';

test.each([
  ['Our vLLM', 'our-vllm'],
  ['  Café № 2! ', 'cafe-no-2'],
  ['自建', ''],
  ['--x--', 'x'],
])('the id of %j is %j', (name, id) => {
  expect(idFromName(name)).toBe(id);
});

test('a long name still gives an id the schema takes', () => {
  const id = idFromName(`${'a'.repeat(39)} b`);
  expect(id).toBe('a'.repeat(39));
});
