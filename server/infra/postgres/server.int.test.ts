import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attachPostgres } from './attach.ts';
import { type EmbeddedPostgres, type StartPostgresOptions, startPostgres } from './server.ts';

const BASE = '/tmp/gatehouse-server-';
const lines: string[] = [];
const say = (line: string) => void lines.push(line);
const log = { info: say, warn: say, error: say };
let dataDir = '';

const start = (options: Partial<StartPostgresOptions> = {}): Promise<EmbeddedPostgres> =>
  startPostgres({ dataDir, log, durable: false, ...options });

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

beforeAll(() => {
  dataDir = mkdtempSync(BASE);
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

test('what was written is there after a stop and a start, and sorts the same everywhere', async () => {
  const first = await start();
  await query(first.url, `CREATE TABLE kept AS SELECT 'é' AS letter`);
  await first.stop();
  const second = await start();
  expect(await query(second.url, 'SELECT upper(letter) AS letter FROM kept')).toEqual([
    { letter: 'É' },
  ]);
  expect(
    await query(
      second.url,
      `SELECT datlocprovider, pg_encoding_to_char(encoding) AS encoding, datlocale
       FROM pg_database WHERE datname = current_database()`,
    ),
  ).toEqual([{ datlocprovider: 'b', encoding: 'UTF8', datlocale: 'C.UTF-8' }]);
  await second.stop();
});

test('other users of the machine cannot get in: a password is asked for and kept private', async () => {
  const postgres = await start();
  try {
    const wrong = new URL(postgres.url);
    wrong.password = 'guess';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    expect(statSync(path.join(dataDir, 'postgres.json')).mode & 0o077).toBe(0);
    expect(statSync(path.join(dataDir, 'postgres')).mode & 0o077).toBe(0);
    expect(new URL(postgres.url).hostname).toBe('127.0.0.1');
  } finally {
    await postgres.stop();
  }
});

test('of two that start on one directory, one runs and the other is told by whom it is used', async () => {
  const results = await Promise.allSettled([start(), start()]);
  const failed = results.filter((result) => result.status === 'rejected');
  for (const result of results) if (result.status === 'fulfilled') await result.value.stop();
  expect(failed).toHaveLength(1);
  expect(String(failed[0]?.reason)).toContain(
    `The data directory ${dataDir} is in use by another running Gatehouse (process ${process.pid})`,
  );
});

test('a script may attach to the PostgreSQL that a running Gatehouse keeps', async () => {
  const postgres = await start();
  expect(await attachPostgres(dataDir)).toBe(postgres.url);
  await postgres.stop();
});

test('PostgreSQL does not share our process group, so Ctrl-C reaches us only', async () => {
  const postgres = await start();
  const pid = readFileSync(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0];
  const group = execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' });
  await postgres.stop();
  expect(group.trim()).toBe(pid);
});

test('when PostgreSQL is killed it is started again at the same URL', async () => {
  const exits: string[] = [];
  const postgres = await start({ onExit: (reason) => exits.push(reason) });
  const pid = readFileSync(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0];
  process.kill(Number(pid), 'SIGKILL');
  await expect
    .poll(() => query(postgres.url, 'SELECT 1 AS up').catch(() => 'down'), { timeout: 20_000 })
    .toEqual([{ up: 1 }]);
  await expect.poll(() => exits).toHaveLength(1);
  expect(exits[0]).toContain('ended by SIGKILL');
  await postgres.stop();
});

test('a postmaster.pid whose number now belongs to another program is no obstacle', async () => {
  // Of the user PostgreSQL runs as: another user's process it does not take for a server.
  const { uid, gid } = statSync(path.join(dataDir, 'postgres'));
  const stranger = spawn('sleep', ['1000'], process.getuid?.() === 0 ? { uid, gid } : {});
  writeFileSync(
    path.join(dataDir, 'postgres', 'postmaster.pid'),
    `${stranger.pid}\n${dataDir}/postgres\n1700000000\n5432\n\n127.0.0.1\n        1         1\nready   \n`,
  );
  const postgres = await start();
  expect(await query(postgres.url, 'SELECT 1 AS up')).toEqual([{ up: 1 }]);
  await postgres.stop();
  expect(stranger.exitCode).toBeNull();
  stranger.kill();
});

test('a database made by another PostgreSQL version is refused by name', async () => {
  const file = path.join(dataDir, 'postgres', 'PG_VERSION');
  const before = readFileSync(file);
  writeFileSync(file, '17\n');
  await expect(start()).rejects.toThrow(/was made by PostgreSQL 17, this Gatehouse brings .* 18/);
  writeFileSync(file, before);
  await (await start()).stop();
});

test('a log full of trouble ends in the reason, not in "exit code 1"', async () => {
  writeFileSync(path.join(dataDir, 'postgres', 'postgresql.auto.conf'), `nonsense = 'yes'\n`);
  await expect(start()).rejects.toThrow(/PostgreSQL did not start: exit code 1: .*FATAL/);
  writeFileSync(path.join(dataDir, 'postgres', 'postgresql.auto.conf'), '');
  await (await start()).stop();
});

test('a database that is gone is not silently replaced by an empty one', async () => {
  rmSync(path.join(dataDir, 'postgres'), { recursive: true });
  await expect(start()).rejects.toThrow(/is gone. Put it back, or delete/);
});

test('a data directory that is a file is refused with what to do', async () => {
  const file = path.join(dataDir, 'file');
  writeFileSync(file, '');
  await expect(start({ dataDir: file })).rejects.toThrow(
    /Cannot use the data directory .*DATA_DIR/,
  );
});

test.runIf(process.getuid?.() === 0)(
  'as root below a private folder the database is kept where its user gets to, and says so',
  async () => {
    const closed = path.join(dataDir, 'private');
    const spareHome = path.join(dataDir, 'spare');
    const inside = path.join(closed, 'data');
    execFileSync('mkdir', ['-p', inside]);
    chmodSync(closed, 0o700);
    chmodSync(dataDir, 0o755);
    const first = await start({ dataDir: inside, spareHome });
    await query(first.url, 'CREATE TABLE old ()');
    await first.stop();
    expect(lines.filter((line) => line.includes(`The database is kept at ${spareHome}`))).toEqual([
      expect.stringContaining(closed),
    ]);
    // The same place, but begun anew: it must not meet the old database.
    rmSync(inside, { recursive: true });
    const second = await start({ dataDir: inside, spareHome });
    expect(await query(second.url, `SELECT to_regclass('old') AS found`)).toEqual([
      { found: null },
    ]);
    await second.stop();
  },
);
