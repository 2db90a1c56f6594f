import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { explain, isPassing, logSince } from './explain.ts';

test.each([
  [
    'FATAL:  could not write lock file "postmaster.pid": No space left on device',
    'the disk that holds /data is full',
  ],
  [
    'FATAL:  could not create shared memory segment: No space left on device',
    'the kernel has no shared memory segments left',
  ],
  [
    'initdb: error: could not create directory "/data": Read-only file system',
    '/data is on a read-only disk',
  ],
  ['FATAL:  could not open file "x": Permission denied', 'it may not read or write /data'],
  ["postgres: /lib/libc.so.6: version `GLIBC_2.28' not found", 'set DATABASE_URL'],
  ['FATAL:  lock file "postmaster.pid" already exists', 'another PostgreSQL is running on /data'],
])('says in words what %j means', (output, meaning) => {
  expect(explain(output, '/data')).toContain(meaning);
});

test('what it does not know it quotes: the last grave line, else the last line', () => {
  expect(explain('LOG: a\nFATAL: b\nHINT: c\n\n', '/data')).toBe('FATAL: b');
  expect(explain('one\ntwo\n', '/data')).toBe('two');
  expect(explain('', '/data')).toBe('it said nothing');
});

test('only what a log gained counts, and at most its end', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'gatehouse-log-'));
  const file = path.join(dir, 'log');
  writeFileSync(file, `old\n${'x'.repeat(20_000)}new`);
  expect(logSince(file, 4)).toMatch(/^x+new$/);
  expect(logSince(file, 4)).toHaveLength(8192);
  expect(logSince(file, 20_004)).toBe('new');
  rmSync(dir, { recursive: true });
});

test('a taken port and dying processes are worth another try, a full disk is not', () => {
  const passing = (output: string) => isPassing(explain(output, '/data'));
  expect(passing('LOG: could not bind IPv4 address "127.0.0.1": Address already in use')).toBe(
    true,
  );
  expect(passing('FATAL: pre-existing shared memory block (key 1) is still in use')).toBe(true);
  expect(passing('FATAL: could not write: No space left on device')).toBe(false);
});
