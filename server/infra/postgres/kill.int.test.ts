import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { firstClosedFolder, type Owner } from './owner.ts';
import { startPostgres } from './server.ts';

const CHILD = path.resolve(import.meta.dirname, '../../testing/postgres-child.ts');
/** "daemon" or "bin": there on every system, and neither root nor the one root hands over to. */
const ORDINARY = { uid: 1, gid: 1 };
/** A user that /etc/passwd does not know, as containers may be told to run as. */
const NAMELESS = { uid: 54_321, gid: 54_321 };
const asRoot = process.getuid?.() === 0;

let dataDir = '';
const children: ChildProcess[] = [];
beforeEach(() => {
  dataDir = mkdtempSync('/tmp/gatehouse-kill-');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

type Child = { process: ChildProcess; printed: string[]; lines: Interface };

function startChild(owner: Owner = null): Child {
  const child = spawn(process.execPath, [CHILD, dataDir], {
    ...owner,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout });
  const printed: string[] = [];
  lines.on('line', (line) => printed.push(line));
  return { process: child, printed, lines };
}

/** Waits for a line that `wanted` accepts and returns it. */
function lineOf({ lines, printed }: Child, wanted: (line: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const found = printed.find(wanted);
      if (found !== undefined) resolve(found);
    };
    lines.on('line', look);
    lines.once('close', () => reject(new Error(`the child ended early: ${printed.join('\n')}`)));
    look();
  });
}

async function countRows(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ n: number }>('SELECT count(*)::int AS n FROM counted');
  await client.end();
  return rows[0]?.n ?? 0;
}

test('after kill -9 of the server the next start finds every acknowledged row', async () => {
  const child = startChild();
  await lineOf(child, (line) => line === 'wrote 200');
  child.process.kill('SIGKILL');
  await once(child.lines, 'close');
  const acknowledged = child.printed.filter((line) => line.startsWith('wrote')).length;
  const warnings: string[] = [];
  const log = {
    info: () => undefined,
    warn: (line: string) => void warnings.push(line),
    error: () => undefined,
  };
  const postgres = await startPostgres({ dataDir, log });
  try {
    expect(await countRows(postgres.url)).toBeGreaterThanOrEqual(acknowledged);
    expect(warnings).toEqual([expect.stringContaining('left running when it was killed')]);
  } finally {
    await postgres.stop();
  }
});

test('a second Gatehouse is refused while the first lives, naming process and directory', async () => {
  const first = startChild();
  await lineOf(first, (line) => line === 'ready');
  const second = startChild();
  const said = await lineOf(second, (line) => line.startsWith('error'));
  expect(said).toContain(`${dataDir} is in use by another running Gatehouse`);
  expect(said).toContain(`(process ${first.process.pid})`);
  first.process.kill('SIGTERM');
  expect(await once(first.process, 'exit')).toEqual([0, null]);
});

const canSwitch = asRoot && firstClosedFolder(import.meta.dirname, ORDINARY) === null;

test.runIf(canSwitch)('a user without a name is told to take one', async () => {
  chownSync(dataDir, NAMELESS.uid, NAMELESS.gid);
  const said = await lineOf(startChild(NAMELESS), (line) => line.startsWith('error'));
  expect(said).toContain('PostgreSQL must run as a user that /etc/passwd knows');
});

test.runIf(canSwitch)(
  'an ordinary user starts it, and root later runs it as that user',
  async () => {
    chownSync(dataDir, ORDINARY.uid, ORDINARY.gid);
    const child = startChild(ORDINARY);
    await lineOf(child, (line) => line === 'wrote 1');
    const pid = readFileSync(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8');
    expect(ownerOf(pid.split('\n')[0])).toBe(ORDINARY.uid);
    child.process.kill('SIGTERM');
    await once(child.process, 'exit');
    const again = startChild();
    await lineOf(again, (line) => line === 'ready');
    const rootsPid = readFileSync(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8');
    expect(ownerOf(rootsPid.split('\n')[0])).toBe(ORDINARY.uid);
    again.process.kill('SIGTERM');
    await once(again.process, 'exit');
  },
);

function ownerOf(pid: string | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]);
}
