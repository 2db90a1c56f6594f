import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeFileLock } from './file-lock.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gatehouse-lock-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('one has it at a time, and nobody else may read it', async () => {
  const file = join(dir, 'lock');
  const release = takeFileLock(file);
  expect(release).not.toBeNull();
  expect(takeFileLock(file)).toBeNull();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  release?.();
  release?.();
  const again = takeFileLock(file);
  expect(again).not.toBeNull();
  again?.();
});

test('a directory that cannot be used is not taken for a lock that is held', () => {
  expect(() => takeFileLock(join(dir, 'missing', 'lock'))).toThrow();
});
