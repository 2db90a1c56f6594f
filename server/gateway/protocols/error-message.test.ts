import { expect, test } from 'vitest';
import { errorMessage, errorReader, NO_TEXT } from './error-message.ts';

test.each([
  [{ error: { message: 'No.' } }, 'No.'],
  [{ error: 'No.' }, 'No.'],
  [{ error: { message: 7 } }, NO_TEXT],
  [{ error: 500 }, NO_TEXT],
  [{ error: null, output: [] }, null],
  [{}, null],
  [[], null],
  ['error', null],
  [null, null],
])('%j says %j', (json, message) => {
  expect(errorMessage(json)).toBe(message);
  expect(errorReader()(Buffer.from(JSON.stringify(json)))).toBe(message);
});

test('a page says nothing', () => {
  expect(errorReader()(Buffer.from('<html>'))).toBeNull();
});
