import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Most that is read of a log to explain an end, in bytes. */
const TAIL = 8192;

const KNOWN: readonly [pattern: RegExp, text: (dir: string) => string][] = [
  [
    /could not create (shared memory segment|semaphores).*No space left/,
    () => 'the kernel has no shared memory segments left (see "ipcs -m", "sysctl kernel.shmmni")',
  ],
  [
    /no space left on device|disk is full|disk quota exceeded/i,
    (dir) => `the disk that holds ${dir} is full: free some space and start again`,
  ],
  [/read-only file system|readonly database/i, (dir) => `${dir} is on a read-only disk`],
  [
    /pre-existing shared memory block .* still in use/,
    (dir) => `processes of an earlier PostgreSQL still use ${dir}`,
  ],
  [
    /lock file "postmaster\.pid" already exists/,
    (dir) => `another PostgreSQL is running on ${dir}`,
  ],
  [/Address already in use|could not create any TCP\/IP sockets/, () => 'its port is taken'],
  [
    /error while loading shared libraries|GLIBC_|version `.*' not found/,
    () =>
      'the built-in PostgreSQL does not run on this system (it needs glibc); set DATABASE_URL to one that does',
  ],
  [
    /could not look up effective user ID/,
    () =>
      'PostgreSQL must run as a user that /etc/passwd knows; start Gatehouse as one, or set DATABASE_URL',
  ],
  [/permission denied|unable to open database file/i, (dir) => `it may not read or write ${dir}`],
];

const PASSING = /its port is taken|processes of an earlier PostgreSQL still use/;

/** Whether what `explain` said is over in a moment, so that another try may succeed. */
export function isPassing(explanation: string): boolean {
  return PASSING.test(explanation);
}

/** Says in words why PostgreSQL ended, from what it printed; falls back to its last grave line. */
export function explain(output: string, dir: string): string {
  for (const [pattern, text] of KNOWN) if (pattern.test(output)) return text(dir);
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const grave = lines.findLast((line) => /FATAL|PANIC|[Ee]rror/.test(line));
  return grave ?? lines.at(-1) ?? 'it said nothing';
}

/** What a log file gained since `offset` (bytes), at most its last 8 kB. */
export function logSince(file: string, offset: number): string {
  const fd = openSync(file, 'r');
  try {
    const { size } = fstatSync(fd);
    const from = Math.max(offset, size - TAIL);
    const buffer = Buffer.alloc(Math.max(0, size - from));
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, from));
  } finally {
    closeSync(fd);
  }
}
