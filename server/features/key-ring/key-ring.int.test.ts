import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeChanges } from '#server/testing/fake-changes.ts';
import { fakeClock } from '#server/testing/fake-clock.ts';
import { createTestDatabase } from '#server/testing/postgres.ts';
import { createCipher, createTurningCipher, type KeyRing } from '../../infra/cipher.ts';
import { createPool } from '../../infra/postgres/pool.ts';
import { createPrisma } from '../../infra/prisma/client.ts';
import { createAudit } from '../audit/index.ts';
import { createKeyRing, createKeyRingRepo } from './index.ts';
import type { RingStore } from './key-ring.service.ts';
import { resealAll } from './reseal.ts';
import { SEALED_COLUMNS } from './sealed-columns.ts';

const K1 = randomBytes(32);
const K2 = randomBytes(32);
const CALLER = { actor: { id: null, name: 'test' }, address: '', requestId: null };
const PROXIES = SEALED_COLUMNS.filter(({ table }) => table === 'proxies');

const ending: (() => unknown)[] = [];
let url = '';
let pool: ReturnType<typeof createPool>;
let repo: ReturnType<typeof createKeyRingRepo>;

beforeEach(async () => {
  const database = await createTestDatabase();
  url = database.url;
  pool = createPool(url, { max: 4 });
  repo = createKeyRingRepo(pool);
  ending.push(
    () => database[Symbol.asyncDispose](),
    () => pool.end(),
  );
});
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

function inMemory(ring: KeyRing): RingStore & { kept: { keyRing: KeyRing } } {
  const store: RingStore & { kept: { keyRing: KeyRing } } = {
    from: 'file',
    kept: { keyRing: ring },
    read: async () => store.kept,
    write: async (secrets) => {
      store.kept = secrets;
    },
  };
  return store;
}

/** A server with a ring of its own over the same database. */
async function server(name: string, ring: KeyRing, store: RingStore = inMemory(ring)) {
  const cipher = createTurningCipher(ring);
  const clock = fakeClock();
  const db = createPrisma(url, { max: 2 });
  const changes = fakeChanges();
  const errors: unknown[] = [];
  const keyRing = createKeyRing({
    ...{ repo, store, cipher, db, clock, server: name, changes },
    audit: createAudit({ clock }),
    onError: (error) => errors.push(error),
  });
  ending.push(
    () => db.$disconnect(),
    () => keyRing.close(),
  );
  await keyRing.open();
  await keyRing.start();
  const hear = async () => {
    await changes.say('settings', ['keyRing']);
    await expect.poll(() => cipher.ring().current).toBe((await repo.shared()).current);
  };
  return { keyRing, cipher, errors, hear };
}

const id = (number: number) => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;
const place = (number: number) => ({ table: 'proxies', column: 'url', id: id(number) });

async function seal(count: number, cipher: Pick<ReturnType<typeof createCipher>, 'seal'>) {
  for (let number = 1; number <= count; number += 1) {
    await pool.query(
      'INSERT INTO proxies (id, name, url, shown, updated_at) VALUES ($1, $2, $3, $2, now())',
      [id(number), `p${number}`, cipher.seal(`plain ${number}`, place(number))],
    );
  }
}

async function stored(): Promise<string[]> {
  const { rows } = await pool.query<{ url: string }>('SELECT url FROM proxies ORDER BY id');
  return rows.map((row) => row.url);
}

const one: KeyRing = { current: 'k1', keys: { k1: K1 } };
const both: KeyRing = { current: 'k1', keys: { k1: K1, k2: K2 } };
const turned: KeyRing = { current: 'k2', keys: { k1: K1, k2: K2 } };

test('a key is added, used, sealed with, and the old one retired; each step in its place', async () => {
  const { cipher, keyRing } = await server('a', one);
  await seal(7, cipher);
  const key = await keyRing.add(CALLER);
  expect(cipher.ring().current).toBe('k1');
  await expect(keyRing.retire(CALLER, 'k1')).rejects.toMatchObject({ code: 'conflict' });
  await keyRing.use(CALLER, key);
  await expect(keyRing.retire(CALLER, 'k1')).rejects.toThrow('7 in proxies.url');
  await keyRing.reseal(CALLER);
  expect(await keyRing.settled()).toMatchObject({ state: 'done', done: 7, damaged: [] });
  const status = await keyRing.status();
  expect(status.keys.map(({ current, id: of, total }) => [of, current, total])).toEqual([
    ['k1', false, 0],
    ['k2', true, 7],
  ]);
  await keyRing.retire(CALLER, 'k1');
  expect(Object.keys(cipher.ring().keys)).toEqual(['k2']);
  expect(cipher.open((await stored())[6] ?? '', place(7))).toBe('plain 7');
  const { rows } = await pool.query('SELECT action FROM audit_events ORDER BY seq');
  expect(rows.map(({ action }) => action)).toEqual([
    'keyRing.add',
    'keyRing.use',
    'keyRing.reseal',
    'keyRing.retire',
  ]);
});

test('nothing is sealed with a key before every server has it, nor anew before every one uses it', async () => {
  const a = await server('a', both);
  const lacking = await server('b', one);
  await expect(a.keyRing.use(CALLER, 'k2')).rejects.toThrow(/not on every server yet: b/);
  expect(a.cipher.ring().current).toBe('k1');
  await lacking.keyRing.close();

  const b = await server('c', { current: 'k1', keys: { k1: K1, k2: randomBytes(32) } });
  await expect(a.keyRing.use(CALLER, 'k2')).rejects.toThrow('c');
  await b.keyRing.close();

  const c = await server('d', both);
  await a.keyRing.use(CALLER, 'k2');
  await expect(a.keyRing.reseal(CALLER)).rejects.toThrow(/still seal with another key: d/);
  await c.hear();
  expect(c.cipher.seal('x', place(1))).toMatch(/^v1\.k2\./);
  await expect
    .poll(async () => (await repo.servers(0)).map(({ current }) => current))
    .toEqual(['k2', 'k2']);
  await a.keyRing.reseal(CALLER);
  expect(await a.keyRing.settled()).toMatchObject({ state: 'done' });
});

test('a server that begins later seals with what was agreed on, whatever its own file says', async () => {
  const a = await server('a', both);
  await a.keyRing.use(CALLER, 'k2');
  const late = await server('b', both);
  expect(late.cipher.ring().current).toBe('k2');
});

test('killed in the middle, the next run does the rest', async () => {
  await seal(10, createCipher(both));
  const keys = { k1: K1.toString('base64'), k2: K2.toString('base64') };
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'reseal-child.ts'), url, JSON.stringify({ current: 'k2', keys })],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await ended;
  const half = (await stored()).filter((value) => value.startsWith('v1.k2.'));
  expect(half).toHaveLength(3);
  const cipher = createCipher(turned);
  const again = { repo, cipher, current: 'k2', onProgress: () => {}, stopped: () => false };
  expect(await resealAll(again)).toEqual({ done: 7, damaged: [] });
  expect((await stored()).map((value, at) => cipher.open(value, place(at + 1)))).toEqual(
    Array.from({ length: 10 }, (_, at) => `plain ${at + 1}`),
  );
});

test('what somebody writes meanwhile stays as they wrote it, and nothing is left with the old key', async () => {
  const old = createCipher(both);
  const cipher = createCipher(turned);
  await seal(6, old);
  const write = (number: number, value: string) =>
    pool.query('UPDATE proxies SET url = $2 WHERE id = $1', [id(number), value]);
  let writes = 0;
  const racing = {
    next: repo.next,
    async replace(...args: Parameters<typeof repo.replace>) {
      // Between reading and writing: one with the new key, one with the old, by a server that is late.
      writes += 1;
      if (writes === 1) {
        await write(1, cipher.seal('newer 1', place(1)));
        await write(2, old.seal('newer 2', place(2)));
      }
      return repo.replace(...args);
    },
  };
  const columns = PROXIES.map((column) => ({ ...column, batch: 2 }));
  const run = { repo: racing, cipher, current: 'k2', columns };
  await resealAll({ ...run, onProgress: () => {}, stopped: () => false });
  const values = await stored();
  expect(values.every((value) => value.startsWith('v1.k2.'))).toBe(true);
  expect(values.map((value, at) => cipher.open(value, place(at + 1)))).toEqual([
    'newer 1',
    'newer 2',
    'plain 3',
    'plain 4',
    'plain 5',
    'plain 6',
  ]);
});

test('what cannot be opened is named, left as it is, and keeps its key from being retired', async () => {
  const a = await server('a', both);
  await seal(3, a.cipher);
  await pool.query('UPDATE proxies SET url = $2 WHERE id = $1', [
    id(2),
    a.cipher.seal('moved', place(9)),
  ]);
  await a.keyRing.use(CALLER, 'k2');
  await a.keyRing.reseal(CALLER);
  expect(await a.keyRing.settled()).toMatchObject({ done: 2, damaged: [`proxies.url ${id(2)}`] });
  await expect(a.keyRing.retire(CALLER, 'k1')).rejects.toThrow('1 in proxies.url');
});

test('a key is kept while a server may have a new token that it sealed and that is not stored', async () => {
  const a = await server('a', turned);
  const user = id(1);
  await pool.query(`INSERT INTO users (id, username) VALUES ($1, 'ada')`, [user]);
  await pool.query(
    `INSERT INTO accounts (id, owner_id, platform_id, name, kind, updated_at)
     VALUES ($1, $2, 'openai', 'Spare', 'oauth', now())`,
    [id(2), user],
  );
  await pool.query(
    `INSERT INTO vault_tokens (account_id, biz_id, refresh_token, refresh_hash)
     VALUES ($1, 'b', $2, 'h')`,
    [id(2), a.cipher.seal('rt', { table: 'vault_tokens', column: 'refresh_token', id: id(2) })],
  );
  const claim = (seconds: number) =>
    pool.query(
      `UPDATE vault_tokens SET claimed_by = '0198@node-b', claimed_until = now() + $1 * interval '1 s'`,
      [seconds],
    );
  // Gone for an hour, and one that asks for a minute: it has no answer, or one that is not stored.
  for (const left of [-3_600, 30]) {
    await claim(left);
    await expect(a.keyRing.retire(CALLER, 'k1')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/"k1".*"Spare".*node-b.*Start/),
    });
  }
  expect(Object.keys(a.cipher.ring().keys)).toEqual(['k1', 'k2']);
  // One that began to ask just now seals with the present key.
  await claim(85);
  await a.keyRing.retire(CALLER, 'k1');
  expect(Object.keys(a.cipher.ring().keys)).toEqual(['k2']);
});

test('a start with a ring that lacks a key, or has another of its name, is refused by name', async () => {
  await seal(2, createCipher(one));
  const other: KeyRing = { current: 'k1', keys: { k1: K2 } };
  const lacks: KeyRing = { current: 'k2', keys: { k2: K2 } };
  // Before any server ran: what is sealed tells.
  await expect(server('a', other)).rejects.toThrow(/key "k1".*proxies\.url/);
  await expect(server('a', lacks)).rejects.toThrow(/key "k1" is not in the key ring/);
  const a = await server('a', both);
  await a.keyRing.use(CALLER, 'k2');
  // And after: also for a key that has sealed nothing yet.
  await expect(server('b', one)).rejects.toThrow(/key "k2" is not in the key ring/);
  const wrong = { current: 'k1', keys: { k1: K1, k2: randomBytes(32) } };
  await expect(server('b', wrong)).rejects.toThrow(/key "k2".*not the one/);
  // The right one, restored, is let in.
  const restored = await server('c', both);
  expect(restored.cipher.open((await stored())[0] ?? '', place(1))).toBe('plain 1');
});
