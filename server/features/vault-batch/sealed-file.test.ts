import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openFile, sealFile } from './sealed-file.ts';

const PASSPHRASE = 'correct horse battery';

test('what is sealed opens with its passphrase alone, and not when it was altered', async () => {
  const sealed = await sealFile('{"accounts":["é"]}', PASSPHRASE);
  expect(sealed).not.toContain('accounts');
  expect(await openFile(sealed, PASSPHRASE)).toBe('{"accounts":["é"]}');
  await expect(openFile(sealed, `${PASSPHRASE}!`)).rejects.toThrow('The passphrase is another one');
  const file = JSON.parse(sealed) as { kdf: object; data: string };
  const cheaper = { ...file, kdf: { ...file.kdf, p: 2 } };
  await expect(openFile(JSON.stringify(cheaper), PASSPHRASE)).rejects.toThrow('altered');
});

test('a hostile file is refused in words, without work or memory spent on it', async () => {
  const kdf = { name: 'scrypt', N: 2 ** 30, r: 8, p: 1, salt: '' };
  const huge = { format: 'gatehouse-vault', version: 1, kdf, cipher: {}, data: '' };
  await expect(openFile(JSON.stringify(huge), PASSPHRASE)).rejects.toThrow('not a sealed export');
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
      await expect(openFile(text, PASSPHRASE)).rejects.toMatchObject({ code: 'bad_request' });
    }),
    { numRuns: 200 },
  );
});
