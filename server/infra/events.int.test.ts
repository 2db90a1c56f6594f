import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { fakeClock } from '#server/testing/fake-clock.ts';
import { createTestDatabase, type TestDatabase } from '#server/testing/postgres.ts';
import { createEvents, type Events, notifySql } from './events.ts';

let database: TestDatabase;
let url: string;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  url = database.url;
  pool = new Pool({ connectionString: url });
  pool.on('error', () => {});
});
afterAll(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
});

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

async function started() {
  const clock = fakeClock();
  const warned: string[] = [];
  const log = {
    warn: (_f: unknown, text?: string) => void warned.push(text ?? ''),
    info: () => {},
  };
  const events = createEvents({ url, clock, log: log as never });
  await events.start();
  ending.push(() => events.stop());
  return { events, clock, warned };
}

function seen(events: Events) {
  const keys: string[][] = [];
  events.on('keys', ({ ids }) => keys.push(ids));
  return keys;
}

test('a message reaches every replica, the sender among them, in order', async () => {
  const [a, b] = [await started(), await started()];
  const [atA, atB] = [seen(a.events), seen(b.events)];
  await a.events.publish(pool, 'keys', { ids: ['1', '2'] });
  await b.events.publish(pool, 'users', { ids: ['not for keys'] });
  await b.events.publish(pool, 'keys', { ids: ['3'] });
  await vi.waitFor(() => expect([atA.length, atB.length]).toEqual([2, 2]));
  expect(atA).toEqual([['1', '2'], ['3']]);
  expect(atB).toEqual(atA);
});

test('a message inside a transaction goes out with its commit, and never after a rollback', async () => {
  const { events } = await started();
  const keys = seen(events);
  const client = await pool.connect();
  const { text, values } = notifySql('keys', { ids: ['rolled back'] });
  await client.query('begin');
  await client.query(text, values);
  await client.query('rollback');
  await client.query('begin');
  await events.publish(client, 'keys', { ids: ['committed'] });
  await events.publish(pool, 'keys', { ids: ['before'] });
  await vi.waitFor(() => expect(keys).toEqual([['before']]));
  await client.query('commit');
  client.release();
  await vi.waitFor(() => expect(keys).toEqual([['before'], ['committed']]));
});

test('a payload too long for PostgreSQL means "any of them"', async () => {
  const { events } = await started();
  const keys = seen(events);
  // {"ids":["…"]} is twelve bytes around the id, and 漢 is three.
  const fits = 'x'.repeat(7_999 - 12);
  for (const id of [fits, `${fits}x`, '漢'.repeat(2_700)]) {
    await events.publish(pool, 'keys', { ids: [id] });
  }
  await vi.waitFor(() => expect(keys).toHaveLength(3));
  expect(keys).toEqual([[fits], [], []]);
});

test('messages of another shape are ignored with a warning, and no handler hurts another', async () => {
  const { events, warned } = await started();
  events.on('keys', () => {
    throw new Error('broken');
  });
  events.on('keys', () => Promise.reject(new Error('broken later')));
  const keys = seen(events);
  for (const payload of ['', 'x', '{}', '{"ids":"1"}', '{"ids":[1]}', 'null']) {
    await pool.query('select pg_notify($1, $2)', ['gatehouse_keys', payload]);
  }
  await events.publish(pool, 'keys', { ids: ['good'] });
  await vi.waitFor(() => expect(keys).toEqual([['good']]));
  expect(warned.filter((text) => text.includes('shape'))).toHaveLength(6);
  await vi.waitFor(() => expect(warned.filter((text) => text.includes('failed'))).toHaveLength(2));
});

test('after the connection is lost it comes back, tells of the gap, and messages arrive', async () => {
  const { events, clock } = await started();
  const keys = seen(events);
  let gaps = 0;
  events.onGap(() => gaps++);
  await pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'gatehouse-events' and datname = current_database()",
  );
  await vi.waitFor(() => expect(events.isListening()).toBe(false));
  await events.publish(pool, 'keys', { ids: ['missed'] });
  expect(gaps).toBe(0);
  clock.advance(100);
  await vi.waitFor(() => expect(gaps).toBe(1));
  expect(events.isListening()).toBe(true);
  await events.publish(pool, 'keys', { ids: ['after'] });
  await vi.waitFor(() => expect(keys).toEqual([['after']]));
});

test('a handler that was taken off hears nothing, and a stopped bus neither', async () => {
  const { events } = await started();
  const keys = seen(events);
  let calls = 0;
  const off = events.on('keys', () => calls++);
  off();
  await events.publish(pool, 'keys', { ids: ['1'] });
  await vi.waitFor(() => expect(keys).toHaveLength(1));
  expect(calls).toBe(0);
  await events.stop();
  expect(events.isListening()).toBe(false);
});

test('a database that cannot be reached is a clear error at start', async () => {
  const log = { warn: () => {}, info: () => {} };
  const nowhere = createEvents({ url: 'postgres://127.0.0.1:1/x', clock: fakeClock(), log });
  await expect(nowhere.start()).rejects.toMatchObject({ code: 'storage_unavailable' });
});
