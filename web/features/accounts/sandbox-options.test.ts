import { expect, test } from 'vitest';
import { SandboxOptions } from '#shared/schemas/accounts.ts';
import { fromFields, toFields } from './sandbox-options.ts';

test('empty fields leave everything to the model', () => {
  expect(fromFields(toFields({}))).toEqual({});
});

test('a zero is a setting, not an empty field', () => {
  const options = { latencyMs: 0, tokenMs: 0, errorRate: 0 };
  expect(fromFields(toFields(options))).toEqual(options);
});

test('the share of failures is shown in percent and sent as 0 to 1', () => {
  expect(toFields({ errorRate: 0.07 }).errorPercent).toBe(7);
  expect(fromFields({ ...toFields({}), errorPercent: 33.3 }).errorRate).toBe(0.333);
});

test('every status of the schema survives the way through the form', () => {
  for (const errorStatus of [401, 429, 500, 503] as const) {
    expect(SandboxOptions.parse(fromFields(toFields({ errorStatus })))).toEqual({ errorStatus });
  }
});
