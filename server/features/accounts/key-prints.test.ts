import { expect, test, vi } from 'vitest';
import { createKeyPrints } from './key-prints.ts';

const sealed = (id: string, key: string) => `${id}:${key}`;
const cipher = () => ({
  seal: (plain: string) => plain,
  open: vi.fn((text: string, { id }: { id: string }) => {
    if (!text.startsWith(`${id}:`)) throw new Error('sealed for another');
    return text.slice(id.length + 1);
  }),
});

test('accounts of one key have one print, which tells nothing of it', () => {
  const printOf = createKeyPrints(cipher());
  const print = printOf({ id: 'a', sealed: sealed('a', 'sk-1') });
  expect(printOf({ id: 'b', sealed: sealed('b', 'sk-1') })).toBe(print);
  expect(printOf({ id: 'c', sealed: sealed('c', 'sk-2') })).not.toBe(print);
  expect(print).not.toContain('sk-1');
  expect(createKeyPrints(cipher())({ id: 'a', sealed: sealed('a', 'sk-1') })).not.toBe(print);
  expect(printOf({ id: 'a', sealed: null })).toBeNull();
});

test('a key is opened once, and again when it is another', () => {
  const opens = cipher();
  const printOf = createKeyPrints(opens);
  const before = printOf({ id: 'a', sealed: sealed('a', 'sk-1') });
  printOf({ id: 'a', sealed: sealed('a', 'sk-1') });
  expect(opens.open).toHaveBeenCalledTimes(1);
  expect(printOf({ id: 'a', sealed: sealed('a', 'sk-2') })).not.toBe(before);
});

test('keys that cannot be opened are like no other', () => {
  const printOf = createKeyPrints(cipher());
  const [one, two] = ['a', 'b'].map((id) => printOf({ id, sealed: 'damaged' }));
  expect(one).not.toBe(two);
});
