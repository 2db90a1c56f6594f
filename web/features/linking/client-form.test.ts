import { describe, expect, test } from 'vitest';
import { fromPreset, paramsIn, toSave } from './client-form.ts';

describe('parameters of the sign-in page', () => {
  test('stand one a line, and a value may hold “=”', () => {
    expect(paramsIn(' access_type = offline \n\nclaims={"a":"="}')).toEqual({
      access_type: 'offline',
      claims: '{"a":"="}',
    });
    expect(paramsIn('')).toEqual({});
  });
});

describe('a client that is saved', () => {
  const values = { ...fromPreset('google', 'lab'), name: 'G', clientId: 'id' };

  test('keeps its stored secret when none is typed', () => {
    expect(toSave(values, true)).not.toHaveProperty('secret');
    expect(toSave({ ...values, secret: ' s ' }, true)).toMatchObject({ secret: 's' });
  });

  test('loses it when it proves itself no longer', () => {
    const settings = { ...values.settings, tokenAuth: 'none' as const };
    expect(toSave({ ...values, settings }, true)).toMatchObject({ secret: null });
    expect(toSave({ ...values, settings }, false)).not.toHaveProperty('secret');
  });
});
