import { randomUUID } from 'node:crypto';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Receipt } from '#shared/schemas/off-switch.ts';
import { PASSWORD, startApp, type TestApp } from '../../testing/app.ts';
import { createTestDatabase } from '../../testing/postgres.ts';
import { hasRedis, startRedis, type TestRedis } from '../../testing/redis.ts';
import {
  type ScriptedUpstream,
  scriptedUpstream,
  stuckStream,
} from '../../testing/scripted-upstream.ts';

const keyOf = (name: string) => `gh-${name.padEnd(43, '0')}`;
/** However busy the machine is. */
const soon = <Result>(check: () => Result) => vi.waitFor(check, { timeout: 30_000 });

type Database = Awaited<ReturnType<typeof createTestDatabase>>;

let database: Database;
let upstream: ScriptedUpstream;
let redis: TestRedis | null = null;
let folders: string[] = [];
/** Two servers over one database: people ask the one, admins the other. */
let here: TestApp;
let there: TestApp;

const person = (username: string, role = 'member') => ({ username, password: PASSWORD, role });
const account = (owner: string, name: string) => ({
  platform: 'lab',
  name,
  owner,
  apiKey: `sk-${name}`,
  shared: true,
});
const key = (owner: string, name = owner) => ({ owner, name, secret: keyOf(name) });
const route = (platform: string) => [{ platform, model: 'tiny', weight: 1 }];

beforeAll(async () => {
  [database, upstream] = await Promise.all([createTestDatabase(), scriptedUpstream(stuckStream())]);
  redis = hasRedis ? await startRedis() : null;
  const env = {
    DATABASE_URL: database.url,
    OUTBOUND_ALLOW: '127.0.0.1',
    ...(redis && { REDIS_URL: redis.url }),
  };
  const folder = () => mkdtemp(join(tmpdir(), 'gatehouse-off-switch-'));
  folders = [await folder(), await folder()];
  const [ours = '', theirs = ''] = folders;
  here = await startApp(
    {
      users: [
        person('ada', 'admin'),
        person('amy', 'admin'),
        person('ben'),
        person('cid'),
        person('dan'),
        person('eva'),
        person('fay'),
        person('gus'),
        person('sue'),
      ],
      platforms: [{ id: 'lab', name: 'Lab', protocol: 'openai-chat', baseUrl: upstream.url }],
      accounts: [account('ben', 'bens'), account('sue', 'sues')],
      models: [{ name: 'tiny', routes: route('lab') }],
      keys: [
        { ...key('ben'), limits: { concurrency: 9, tokensPerDay: 1_000_000 } },
        key('ben', 'ben-two'),
        key('cid'),
        key('dan'),
        key('eva'),
        key('fay'),
      ],
    },
    { ...env, DATA_DIR: ours },
  );
  // Both open the accounts' keys.
  await copyFile(join(ours, 'secrets.json'), join(theirs, 'secrets.json'));
  const nothing = { users: [], platforms: [], accounts: [], models: [], keys: [] };
  there = await startApp(nothing, { ...env, DATA_DIR: theirs });
});
afterAll(async () => {
  await there[Symbol.asyncDispose]();
  await here[Symbol.asyncDispose]();
  await redis?.[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});

/** Asks a procedure as somebody who is signed in. */
async function ask(app: TestApp, cookie: string, path: string, input?: object) {
  const isQuery = path === 'offSwitch.receipt' || path === 'offSwitch.of' || path === 'sessions.me';
  const asked = isQuery && input ? `?input=${encodeURIComponent(JSON.stringify(input))}` : '';
  const res = await fetch(`${app.url}/trpc/${path}${asked}`, {
    method: isQuery ? 'GET' : 'POST',
    headers: { cookie, origin: app.url, 'content-type': 'application/json' },
    ...(!isQuery && { body: JSON.stringify(input ?? {}) }),
  });
  const said = (await res.json()) as {
    result?: { data: unknown };
    error?: { data: { appCode: string } };
  };
  return { data: said.result?.data, code: said.error?.data.appCode };
}

async function idOf(username: string): Promise<string> {
  const { rows } = await here.infra.pool.query('select id from users where username = $1', [
    username,
  ]);
  return rows[0].id;
}

/** What their key's limits have reserved at the server that they ask. */
async function heldOf(username: string): Promise<number> {
  const { rows } = await here.infra.pool.query(
    `select id from api_keys where name = $1 and owner_id = $2`,
    [username, await idOf(username)],
  );
  const rules = (['concurrency', 'tokens-per-day'] as const).map((metric) => {
    return { subject: 'key' as const, id: rows[0].id as string, metric, limit: 9 };
  });
  const states = await there.app.ports.quotas.state(rules);
  return states.reduce((sum, state) => sum + state.held, 0);
}

/** A stream of theirs at a server that has begun and goes on until it is ended. */
async function streamOf(name: string, app: TestApp) {
  const client = new OpenAI({ apiKey: keyOf(name), baseURL: `${app.url}/v1`, maxRetries: 0 });
  const stream = await client.chat.completions.create({
    model: 'tiny',
    messages: [{ role: 'user', content: 'Say hello' }],
    stream: true,
  });
  const events = stream[Symbol.asyncIterator]();
  await events.next();
  const ended = events.next().then(
    () => 'went on',
    (error: { code?: string }) => error.code,
  );
  return { ended };
}

async function throwAt(username: string, admin = 'ada') {
  const cookie = await here.signIn(admin);
  const { code, data } = await ask(here, cookie, 'offSwitch.throw', { id: await idOf(username) });
  return { cookie, code, id: (data as { id: string } | undefined)?.id ?? '' };
}

/** The receipt once every server has answered. */
async function receiptOf(cookie: string, id: string): Promise<Receipt> {
  return await soon(async () => {
    const receipt = (await ask(here, cookie, 'offSwitch.receipt', { id })).data as Receipt;
    expect(receipt.following).toBe('complete');
    return receipt;
  });
}

const stepOf = (receipt: Receipt, kind: string) => receipt.steps.find((step) => step.kind === kind);

describe('the off-switch', () => {
  test('ends everything of a person at once, on every server, and says so', async () => {
    const cookie = await there.signIn('ben');
    const id = await idOf('ben');
    await here.infra.db.invite.create({
      data: {
        id: randomUUID(),
        userId: id,
        tokenHash: 'open',
        expiresAt: new Date(Date.now() + 60_000),
      },
    });
    await here.infra.db.pendingProof.create({
      data: { id: 'half', kind: 'step-up', userId: id, expiresAt: new Date(Date.now() + 60_000) },
    });
    const now = new Date();
    await here.infra.db.tokenFamily.create({
      data: {
        ...{ id: randomUUID(), userId: id, userAgent: 'curl/8.1', address: '192.0.2.9' },
        ...{ provedAt: now, lastUsedAt: now, expiresAt: new Date(Date.now() + 60_000) },
      },
    });
    const [one, two] = await Promise.all([streamOf('ben', there), streamOf('ben-two', here)]);

    const held = () => heldOf('ben');
    expect(await held()).toBeGreaterThan(0);

    const thrown = await throwAt('ben');
    expect(await Promise.all([one.ended, two.ended])).toEqual(['ended_by_admin', 'ended_by_admin']);
    const receipt = await receiptOf(thrown.cookie, thrown.id);
    expect(receipt).toMatchObject({ kind: 'person', userName: 'ben', actorName: 'ada' });
    expect(receipt.servers).toHaveLength(2);
    expect(receipt.streams).toHaveLength(2);
    for (const stream of receipt.streams) {
      expect(stream).toMatchObject({ model: 'tiny', stream: true, begun: true });
      expect(stream.ms).not.toBeNull();
    }
    expect(receipt.steps.map(({ count, kind }) => [kind, count])).toEqual([
      ['state', 1],
      ['sessions', 1],
      ['proofs', 1],
      ['tokens', 1],
      ['keys', 2],
      ['invites', 1],
      ['loans', 1],
    ]);
    expect(
      stepOf(receipt, 'keys')
        ?.things.map(({ name }) => name)
        .toSorted(),
    ).toEqual(['ben', 'ben-two']);
    expect(stepOf(receipt, 'tokens')?.things).toEqual([{ name: 'curl/8.1', detail: '192.0.2.9' }]);
    expect(stepOf(receipt, 'loans')?.things).toEqual([{ name: 'bens', detail: 'lab' }]);
    expect(receipt.kept).toContainEqual({ kind: 'accounts', count: 1 });

    expect((await ask(there, cookie, 'sessions.me')).data).toBeNull();
    const answer = await fetch(`${there.url}/v1/models`, {
      headers: { authorization: `Bearer ${keyOf('ben')}` },
    });
    expect(answer.status).toBe(401);
    // Each request has its one record, and nothing is held for it any more.
    const records = await soon(async () => {
      const { rows } = await here.infra.pool.query(
        `select outcome, status, output_tokens from usage where user_id = $1`,
        [id],
      );
      expect(rows).toHaveLength(2);
      return rows;
    });
    expect(
      records.every(({ outcome, status }) => outcome === 'ended_by_admin' && status === 403),
    ).toBe(true);
    expect(here.app.running() + there.app.running()).toBe(0);
    await soon(async () => expect(await held()).toBe(0));
  });

  test('what was lent serves nobody from then on', async () => {
    const { rows } = await here.infra.pool.query(
      `select shared, state::text from accounts where name = 'bens'`,
    );
    expect(rows).toEqual([{ shared: false, state: 'active' }]);
    const endings: Promise<string | undefined>[] = [];
    for (const app of [here, there]) {
      const streams = await Promise.all([streamOf('cid', app), streamOf('cid', app)]);
      const keys = upstream.calls.slice(-2).map(({ headers }) => headers.authorization);
      expect(keys).toEqual(['Bearer sk-sues', 'Bearer sk-sues']);
      for (const { ended } of streams) endings.push(ended);
    }
    const thrown = await throwAt('cid');
    expect((await receiptOf(thrown.cookie, thrown.id)).streams).toHaveLength(4);
    expect(new Set(await Promise.all(endings))).toEqual(new Set(['ended_by_admin']));
  });

  test('enabling the person again brings nothing back', async () => {
    const cookie = await here.signIn('ada');
    await ask(here, cookie, 'users.update', { id: await idOf('ben'), state: 'active' });
    const { rows } = await here.infra.pool.query(
      `select count(*)::int as keys from api_keys k join users u on u.id = k.owner_id
        where u.username = 'ben' and k.revoked_at is null`,
    );
    expect(rows).toEqual([{ keys: 0 }]);
  });

  test('nobody throws it at themselves, nor at the last admin', async () => {
    expect((await throwAt('ada')).code).toBe('conflict');
    await here.infra.pool.query(`update users set password_hash = null where username = 'amy'`);
    const amy = await idOf('amy');
    await here.infra.pool.query(`insert into roles (id, name, permissions, updated_at)
      values ('hr', 'HR', '{users.read,users.write}', now()) on conflict do nothing`);
    await here.infra.pool.query(`update users set role = 'hr' where username = 'gus'`);
    // Whose role allows less may not reach an admin at all.
    expect((await throwAt('ada', 'gus')).code).toBe('forbidden');
    await here.infra.pool.query(`update users set role = 'member' where username = 'gus'`);
    const { rows } = await here.infra.pool.query(
      `select password_hash from users where username = 'ada'`,
    );
    await here.infra.pool.query('update users set password_hash = $1 where id = $2', [
      rows[0].password_hash,
      amy,
    ]);
  });

  test('a proof of long ago is not enough', async () => {
    const cookie = await here.signIn('ada');
    await here.infra.pool.query(`update sessions set proved_at = now() - interval '1 hour'`);
    const { code } = await ask(here, cookie, 'offSwitch.throw', { id: await idOf('dan') });
    expect(code).toBe('step_up_needed');
    const own = await ask(here, cookie, 'offSwitch.throwOwn');
    expect(own.code).toBe('step_up_needed');
  });

  test('of two admins who throw it at each other at once, one does', async () => {
    const [ada, amy] = await Promise.all([here.signIn('ada'), there.signIn('amy')]);
    const [adaId, amyId] = await Promise.all([idOf('ada'), idOf('amy')]);
    const answers = await Promise.all([
      ask(here, ada, 'offSwitch.throw', { id: amyId }),
      ask(there, amy, 'offSwitch.throw', { id: adaId }),
    ]);
    const codes = answers.map(({ code }) => code ?? 'done').toSorted();
    expect(codes[0]).toBe('done');
    expect(['forbidden', 'not_signed_in']).toContain(codes[1]);
    await here.infra.pool.query(`update users set state = 'active' where role = 'admin'`);
    await here.infra.events.publish(here.infra.pool, 'users', { ids: [] });
  });
});

describe('ending everything of one’s own', () => {
  test('leaves the session it is asked from, and ends all others', async () => {
    const [cookie, other] = [await here.signIn('dan'), await there.signIn('dan')];
    const { ended } = await streamOf('dan', there);
    const { data } = await ask(here, cookie, 'offSwitch.throwOwn');
    expect(await ended).toBe('ended_by_owner');
    const receipt = await receiptOf(cookie, (data as { id: string }).id);
    expect(receipt.kind).toBe('own');
    expect(receipt.steps.map(({ count, kind }) => [kind, count])).toEqual([
      ['sessions', 1],
      ['proofs', 0],
      ['tokens', 0],
      ['keys', 1],
    ]);
    expect((await ask(here, cookie, 'sessions.me')).data).toMatchObject({ username: 'dan' });
    expect((await ask(there, other, 'sessions.me')).data).toBeNull();
  });

  test('others may not read the receipt, and an admin may', async () => {
    const { rows } = await here.infra.pool.query(`select id from off_switches where kind = 'own'`);
    const [eva, ada] = [await here.signIn('eva'), await here.signIn('ada')];
    const input = { id: rows[0].id as string };
    expect((await ask(here, eva, 'offSwitch.receipt', input)).code).toBe('not_found');
    expect((await ask(here, ada, 'offSwitch.receipt', input)).data).toMatchObject({ kind: 'own' });
    const lines = await ask(here, ada, 'offSwitch.of', { id: await idOf('dan') });
    expect(lines.data).toMatchObject([{ id: input.id, actorName: 'dan' }]);
  });
});

describe('whoever may not ask any more', () => {
  test('has nothing running a moment after they were disabled; their keys stay', async () => {
    const { ended } = await streamOf('eva', there);
    const ada = await here.signIn('ada');
    const id = await idOf('eva');
    await ask(here, ada, 'users.update', { id, state: 'disabled' });
    expect(await ended).toBe('ended_by_admin');
    const { rows } = await here.infra.pool.query(
      `select revoked_at from api_keys where owner_id = $1`,
      [id],
    );
    expect(rows).toEqual([{ revoked_at: null }]);
  });

  test('has nothing running once a server hears again what it missed', async () => {
    const { ended } = await streamOf('fay', there);
    // Behind the services' back: nobody hears of it until somebody says "any of them".
    await here.infra.pool.query(`update users set state = 'disabled' where username = 'fay'`);
    await here.infra.events.publish(here.infra.pool, 'users', { ids: [] });
    expect(await ended).toBe('ended_by_admin');
  });

  test('a server that does not answer is told of', async () => {
    const gone = randomUUID();
    const now = new Date();
    await here.infra.db.server.create({ data: { id: gone, startedAt: now, seenAt: now } });
    const thrown = await throwAt('gus');
    const answered = await soon(async () => {
      const { data } = await ask(here, thrown.cookie, 'offSwitch.receipt', { id: thrown.id });
      const receipt = data as Receipt;
      expect(receipt.servers.filter(({ answeredAt }) => answeredAt !== null)).toHaveLength(2);
      return receipt;
    });
    expect(answered.following).toBe('waiting');
    await here.infra.pool.query(
      `update off_switches set at = at - interval '16 seconds' where id = $1`,
      [thrown.id],
    );
    const { data } = await ask(here, thrown.cookie, 'offSwitch.receipt', { id: thrown.id });
    expect((data as Receipt).following).toBe('unanswered');
    await here.infra.db.server.delete({ where: { id: gone } });
  });
});
