import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createCipher } from '../../infra/cipher.ts';
import { newId } from '../../infra/ids.ts';
import { createOutbound } from '../../infra/outbound/index.ts';
import { createPrisma, type Db } from '../../infra/prisma/client.ts';
import { fakeChanges } from '../../testing/fake-changes.ts';
import { type FakeClock, fakeClock } from '../../testing/fake-clock.ts';
import {
  PLUGIN_ADMIN_KEY,
  type PluginApiServer,
  startPluginApi,
  told,
} from '../../testing/plugin-api-server.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { createAdminCalls } from './admin-calls.ts';
import { createPluginKeysRepo } from './plugin-keys.repo.ts';
import { createProvisioning, type Provisioning } from './provisioning.ts';

const MAKE = 'POST /api/users';

let database: TestDatabase;
let db: Db;
let plugin: PluginApiServer;
let clock: FakeClock;
const open: Provisioning[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
  db = createPrisma(database.url, { max: 6 });
  plugin = await startPluginApi();
  clock = fakeClock(Date.now());
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await db.$disconnect();
  await plugin[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const cipher = createCipher({ current: 'test', keys: { test: randomBytes(32) } });
const errors: unknown[] = [];

function replica(adminKey = PLUGIN_ADMIN_KEY): Provisioning {
  const outbound = createOutbound({ allow: ['127.0.0.1'], log: { warn: () => undefined } });
  const one = createProvisioning({
    repo: createPluginKeysRepo(db),
    admin: createAdminCalls({ outbound, baseUrl: plugin.url, adminKey }),
    changes: fakeChanges(),
    random: () => 0.5,
    newId: () => newId(),
    onError: (error) => errors.push(error),
    ...{ cipher, clock },
  });
  open.push(one);
  return one;
}

const addUser = (username: string, state: 'active' | 'pending' = 'active') =>
  db.user.create({ data: { id: newId(), username, state } });

const stateOf = (username: string) =>
  db.pluginKey.findFirst({ where: { user: { username } }, include: { account: true } });

const reaches = (username: string, state: string) =>
  vi.waitFor(async () => {
    const row = await stateOf(username);
    expect(row?.state).toBe(state);
    return row;
  });

/** Time passes once the round is over and the next one is armed. */
async function later(ms: number): Promise<void> {
  await vi.waitFor(() => expect(clock.timers()).toBe(1));
  clock.advance(ms);
}

test('two replicas make one account for each, and none for whoever was not let in', async () => {
  for (let at = 0; at < 20; at++) await addUser(`user-${at}`);
  await addUser('waits', 'pending');
  const [first, second] = [replica(), replica()];
  first.start();
  second.start();
  await vi.waitFor(async () => {
    expect(await db.pluginKey.count({ where: { state: 'ready' } })).toBe(20);
  });
  expect(plugin.users.map(({ name }) => name).sort()).toEqual(
    Array.from({ length: 20 }, (_, at) => `user-${at}`).sort(),
  );
  expect(await db.account.count({ where: { kind: 'plugin' } })).toBe(20);
});

test.each([
  ['a status of 500', told(500, { error: 'out of order' }), 'out of order'],
  ['garbage', told(200, { success: true, data: { user_id: 7 } }), 'something else'],
  ['a page', told(200, '<html>'), 'something else'],
])('%s is noted and tried again later', async (_name, answer, reason) => {
  await addUser('ben');
  plugin.when(MAKE, answer);
  replica().start();
  const failed = await reaches('ben', 'failed');
  expect(failed?.lastError).toContain(reason);
  plugin.when(MAKE, null);
  await later(15_000);
  await later(20_000);
  expect(await reaches('ben', 'ready')).toMatchObject({ lastError: null, attempts: 2 });
});

test('a refused admin key is told as that, and never shown', async () => {
  await addUser('ben');
  replica('wrong-admin-key').start();
  const failed = await reaches('ben', 'failed');
  expect(failed?.lastError).toContain('PLUGIN_API_ADMIN_KEY');
  expect(failed?.lastError).not.toContain('wrong-admin-key');
});

test('an answer that was lost is found again instead of asking twice', async () => {
  await addUser('ben');
  plugin.when(MAKE, plugin.makesAndDies);
  replica().start();
  await reaches('ben', 'failed');
  plugin.when(MAKE, null);
  await later(15_000);
  await later(20_000);
  const row = await reaches('ben', 'ready');
  expect(plugin.users).toHaveLength(1);
  expect(row?.pluginUserId).toBe(plugin.users[0]?.user_id);
  const { account } = row ?? {};
  const place = { table: 'accounts', column: 'secret', id: account?.id ?? '' };
  expect(cipher.open(account?.secret ?? '', place)).toBe(plugin.users[0]?.key);
});

test('somebody of that name who was there before is left alone', async () => {
  const long = new Date(clock.now() - 86_400_000).toISOString();
  plugin.users.push({ user_id: 'other', name: 'ben', key: 'sk-other', created_at: long });
  await addUser('ben');
  plugin.when(MAKE, told(503, { error: 'later' }));
  replica().start();
  await reaches('ben', 'failed');
  plugin.when(MAKE, null);
  await later(15_000);
  await later(20_000);
  await reaches('ben', 'ready');
  expect(plugin.users.map(({ key }) => key)).toContain('sk-other');
  expect(plugin.users).toHaveLength(2);
});

test('a removed account is made again when asked for, for the same person there', async () => {
  const { id: userId } = await addUser('ben');
  const one = replica();
  one.start();
  const row = await reaches('ben', 'ready');
  await db.account.delete({ where: { id: row?.accountId ?? '' } });
  const repo = createPluginKeysRepo(db);
  expect(await repo.retry(userId, new Date(clock.now()), async () => undefined)).toBe(1);
  one.wake();
  await vi.waitFor(async () => expect((await stateOf('ben'))?.accountId).not.toBeNull());
  expect(plugin.users).toHaveLength(1);
});
