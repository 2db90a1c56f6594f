import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { refuseWeak } from './weak-passwords.ts';

const ada = { username: 'ada.lovelace', email: 'countess@example.com' };

async function refusalOf(password: string, who: Parameters<typeof refuseWeak>[1] = ada) {
  try {
    await refuseWeak(password, who, 'password');
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

test.each([
  ['one of the breached ones', '1qaz2wsx3edc'],
  ['in capitals', 'QWERTYUIOP'],
  ['with a year behind it', 'Basketball2024!'],
  ['with signs for letters', 'P@$$w0rd!!'],
  ['with digits before it', '99 password 99'],
  ['the same character', 'aaaaaaaaaa'],
  ['two characters', 'abbaabbaab'],
  ['a part over and over', 'xyzxyzxyzx'],
  ['counting up', 'abcdefghijkl'],
  ['counting down', '9876543210'],
  ['the product', 'Gatehouse2026'],
  ['the product twice', 'gatehousegatehouse'],
  ['the user name', 'Ada.Lovelace1'],
  ['the local part of the address', 'countess2026'],
])('refuses %s: %s', async (_name, password) => {
  const refusal = await refusalOf(password);
  expect(refusal).toMatchObject({ code: 'bad_request', param: 'password' });
  expect(refusal?.message).not.toContain(password);
});

test.each([
  'correct horse battery',
  'another good password',
  'a password of ada.lovelace',
  'gatehouse keeper on the hill',
  'ünïcödé 猫が好き です',
  'Kq7#vT2!mZ',
])('takes %s', async (password) => {
  expect(await refusalOf(password)).toBeNull();
});

test('the local part of a user name that is an address counts, too', async () => {
  expect(await refusalOf('countess99', { username: 'countess@example.com' })).not.toBeNull();
});

test('whatever the password and names are, it is taken or refused, never anything else', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 72 });
  await fc.assert(
    fc.asyncProperty(text, text, text, async (password, username, email) => {
      const refusal = await refusalOf(password, { username, email });
      expect(refusal === null || refusal.code === 'bad_request').toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('any common word with digits behind it is refused', async () => {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  const words = dictionary['passwords-common'].filter((word) => /^[a-z]{8,}$/.test(word));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...words), fc.nat({ max: 9999 }), async (word, digits) => {
      expect(await refusalOf(`${word}${digits}`)).not.toBeNull();
    }),
    { numRuns: 100 },
  );
});
