import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asFunction, customNames, unwrapInput, wrapInput } from './custom-tools.ts';

const tool = { kind: 'custom', name: 'patch', description: null, grammar: null } as const;

test.each([
  [
    { type: 'grammar', grammar: { syntax: 'regex', definition: 'a+' } },
    '`input` must follow this grammar (regex):\na+',
  ],
  [
    { type: 'grammar', syntax: 'lark', definition: 'start: "a"' },
    '`input` must follow this grammar (lark):\nstart: "a"',
  ],
  [{ type: 'text' }, null],
])('the grammar %j is told in the description', (grammar, description) => {
  expect(asFunction({ ...tool, grammar })).toMatchObject({
    kind: 'function',
    name: 'patch',
    description,
  });
});

test('any text survives as an argument, and other arguments stay what they are', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (input) => {
      expect(unwrapInput(wrapInput(input))).toBe(input);
    }),
  );
  expect(unwrapInput('{"x":1}')).toBe('{"x":1}');
  expect(unwrapInput('half {')).toBe('half {');
  expect([...customNames({ tools: [tool, { kind: 'hosted', type: 'x' }] })]).toEqual(['patch']);
});
