import { parseOptions, verify } from '@node-rs/bcrypt';
import { expect, test, vi } from 'vitest';

vi.mock('@node-rs/bcrypt', { spy: true });

const { createPasswords } = await import('./passwords.ts');

test('a password matches its own hash and no other text does', async () => {
  const passwords = createPasswords(4);
  const stored = await passwords.hash('correct horse');
  expect(await passwords.matches('correct horse', stored)).toBe(true);
  expect(await passwords.matches('correct horsf', stored)).toBe(false);
  expect(await passwords.matches('', stored)).toBe(false);
});

test('nothing matches where there is no hash', async () => {
  expect(await createPasswords(4).matches('anything', null)).toBe(false);
});

test('a text beyond 72 bytes does not match the password it begins with', async () => {
  const passwords = createPasswords(4);
  const longest = 'é'.repeat(36);
  const stored = await passwords.hash(longest);
  expect(await passwords.matches(longest, stored)).toBe(true);
  expect(await passwords.matches(`${longest}x`, stored)).toBe(false);
});

test('an unknown user costs the same comparison as a known one', async () => {
  const passwords = createPasswords(5);
  vi.mocked(verify).mockClear();
  await passwords.matches('anything', null);
  const [, compared] = vi.mocked(verify).mock.calls[0] ?? [];
  expect(parseOptions(compared ?? '').cost).toBe(5);
});
