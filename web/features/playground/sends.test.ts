import { expect, test } from 'vitest';
import { sends } from './sends.ts';

const ENTER = { key: 'Enter', shiftKey: false, isComposing: false, keyCode: 13 };

test('Enter sends, Shift+Enter and other keys do not', () => {
  expect(sends(ENTER)).toBe(true);
  expect(sends({ ...ENTER, shiftKey: true })).toBe(false);
  expect(sends({ ...ENTER, key: 'a' })).toBe(false);
});

test('the Enter that ends an input method’s composition does not send', () => {
  expect(sends({ ...ENTER, isComposing: true })).toBe(false);
  expect(sends({ ...ENTER, keyCode: 229 })).toBe(false);
});
