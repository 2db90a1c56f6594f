import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApplyDocument } from '#shared/schemas/apply.ts';
import { createCipher } from '../../infra/cipher.ts';
import { systemClock } from '../../infra/clock.ts';
import { createEvents, type Topic } from '../../infra/events.ts';
import { newId, sha256hex } from '../../infra/ids.ts';
import { createPrisma, type Db } from '../../infra/prisma/client.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { createAudit } from '../audit/index.ts';
import { limitsOf } from '../quotas/index.ts';
import { createPasswords } from '../sessions/index.ts';
import { createUsersRepo } from '../users/index.ts';
import { type ApplyService, applyFile, createApplyRepo, createApplyService } from './index.ts';

const passwords = createPasswords(4);
const audit = createAudit({ clock: { now: Date.now } });
const cipher = createCipher({ current: 'k1', keys: { k1: randomBytes(32) } });
let database: TestDatabase;
let db: Db;
let service: ApplyService;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createPrisma(database.url, { max: 4 });
  service = createApplyService({
    repo: createApplyRepo(db, { now: Date.now, newId }),
    users: createUsersRepo(db),
    passwords,
    audit,
    cipher,
    newId,
  });
});
afterAll(async () => {
  await db.$disconnect();
  await database[Symbol.asyncDispose]();
});

let serial = 0;
/** Names of its own for every test, so that tests do not meet. */
function names() {
  serial += 1;
  return {
    username: `ada${serial}`,
    platform: `lab-${serial}`,
    model: `gpt-${serial}`,
    secret: `gh-given-secret-number-${serial}`,
  };
}

const PASSWORD = 'correct horse battery';
const API_KEY = 'sk-lab-0123456789abcdef';

function whole(name = names()) {
  const { username, platform, model, secret } = name;
  return {
    users: [{ username, password: PASSWORD, role: 'admin', limits: { rpm: 9 } }],
    platforms: [{ id: platform, protocol: 'openai-chat', baseUrl: 'http://127.0.0.1:9100/v1/' }],
    accounts: [{ platform, name: 'lab-1', owner: username, apiKey: API_KEY, shared: true }],
    models: [
      {
        name: model,
        routes: [
          { platform, model: 'tiny', weight: 1 },
          { platform: 'sandbox', model: 'sandbox-echo', weight: 0 },
        ],
        price: { input: 0.15, output: 0.6 },
      },
    ],
    keys: [{ owner: username, name: 'ci', secret, limits: { rpm: 600, tokensPerDay: 1_000_000 } }],
  };
}

const parse = (document: unknown) => ApplyDocument.parse(document);
const apply = (document: unknown) => service.apply(parse(document));
const limits = async (subject: 'user' | 'key', id: string) =>
  (await limitsOf(db, subject, [id]))(id);
const user = (username: string) => db.user.findUniqueOrThrow({ where: { username } });

describe('a whole set-up', () => {
  test('is planned without writing, then made, then found unchanged', async () => {
    const name = names();
    const document = parse(whole(name));
    const plan = await service.plan(document);
    expect(plan.map(({ action, kind }) => [action, kind])).toEqual([
      ['create', 'platform'],
      ['create', 'user'],
      ['create', 'account'],
      ['create', 'model'],
      ['create', 'key'],
    ]);
    expect(await db.user.count({ where: { username: name.username } })).toBe(0);

    expect(await service.apply(document)).toEqual(plan);
    const again = await service.apply(document);
    expect(again.every(({ action, changes }) => action === 'unchanged' && !changes.length)).toBe(
      true,
    );
    expect(await service.plan(document)).toEqual(again);
  });

  test('is stored as the console would store it', async () => {
    const name = names();
    await apply(whole(name));
    const ada = await user(name.username);
    expect(ada).toMatchObject({ role: 'admin', state: 'active' });
    expect(await limits('user', ada.id)).toMatchObject({ rpm: 9, tokensPerDay: null });
    expect(await passwords.matches(PASSWORD, ada.passwordHash)).toBe(true);
    expect(await db.platform.findUniqueOrThrow({ where: { id: name.platform } })).toMatchObject({
      name: name.platform,
      baseUrl: 'http://127.0.0.1:9100/v1',
    });
    const account = await db.account.findFirstOrThrow({ where: { ownerId: ada.id } });
    expect(account).toMatchObject({ kind: 'api_key', shared: true, secretHint: '…cdef' });
    const place = { table: 'accounts', column: 'secret', id: account.id };
    expect(cipher.open(account.secret ?? '', place)).toBe(API_KEY);
    const model = await db.model.findUniqueOrThrow({
      where: { name: name.model },
      include: { routes: true, prices: true },
    });
    expect(model).toMatchObject({
      enabled: true,
      prices: [{ input: 150_000n, output: 600_000n, reasoning: null }],
    });
    expect(model.routes).toHaveLength(2);
    const key = await db.apiKey.findFirstOrThrow({ where: { ownerId: ada.id } });
    expect(key).toMatchObject({
      secretHash: sha256hex(name.secret),
      prefix: 'gh-given…',
      allowedModels: [],
    });
    expect(await limits('key', key.id)).toMatchObject({ rpm: 600, tokensPerDay: 1_000_000 });
  });

  test('tells every replica what changed, and nothing when nothing did', async () => {
    const quiet = { warn: () => undefined, info: () => undefined };
    const events = createEvents({ url: database.url, log: quiet, clock: systemClock });
    await events.start();
    const heard: Topic[] = [];
    const last = Promise.withResolvers<void>();
    for (const topic of ['platforms', 'users', 'accounts', 'models', 'keys'] as const) {
      events.on(topic, () => void heard.push(topic));
    }
    events.on('settings', () => last.resolve());
    const document = whole();
    await apply(document);
    await apply(document);
    await db.$executeRaw`SELECT pg_notify('gatehouse_settings', '{"ids":[]}')`;
    await last.promise;
    await events.stop();
    expect(heard.sort()).toEqual(['accounts', 'keys', 'models', 'platforms', 'users']);
  });

  test('one at a time: a second one waits for its turn', async () => {
    const gate = Promise.withResolvers<void>();
    const taken = Promise.withResolvers<void>();
    const first = createApplyRepo(db, { now: Date.now, newId }).alone(async () => {
      taken.resolve();
      await gate.promise;
    });
    await taken.promise;
    const second = apply(whole());
    const waiting = () =>
      db.$queryRaw`SELECT 1 AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    await expect.poll(waiting, { interval: 10 }).toHaveLength(1);
    gate.resolve();
    await first;
    expect(await second).toHaveLength(5);
  });

  test('two at once end in one set-up', async () => {
    const document = parse(whole());
    const plans = await Promise.all([service.apply(document), service.apply(document)]);
    const actions = plans.flat().map(({ action }) => action);
    expect(actions.filter((action) => action === 'create')).toHaveLength(5);
    expect(actions.filter((action) => action === 'unchanged')).toHaveLength(5);
  });
});

describe('changes', () => {
  const changesOf = async (document: unknown) =>
    (await apply(document)).flatMap(({ changes, kind }) =>
      changes.map((field) => `${kind}.${field}`),
    );

  test('every field is compared and named, without its value', async () => {
    const name = names();
    await apply(whole(name));
    const { username, platform, model, secret } = name;
    const changed = {
      users: [
        {
          username,
          password: 'another password',
          role: 'admin',
          displayName: 'Ada',
          limits: { rpm: null, tokensPerDay: 5 },
        },
      ],
      platforms: [
        { id: platform, name: 'Lab', protocol: 'openai-chat', baseUrl: 'http://127.0.0.1:9200/v1' },
      ],
      accounts: [
        { platform, name: 'lab-1', owner: username, apiKey: 'sk-other-key-123', shared: false },
      ],
      models: [
        { name: model, routes: [{ platform, model: 'large' }], price: null, enabled: false },
      ],
      keys: [
        {
          owner: username,
          name: 'ci',
          secret,
          limits: { rpm: 1 },
          models: ['a'],
          expiresAt: '2030-01-01T00:00:00Z',
        },
      ],
    };
    const plan = await service.plan(parse(changed));
    expect(JSON.stringify(plan)).not.toMatch(/password"?:|sk-other|another|9200/);
    expect(new Set(await changesOf(changed))).toEqual(
      new Set([
        ...['platform.name', 'platform.baseUrl'],
        ...['user.password', 'user.displayName', 'user.limits.rpm', 'user.limits.tokensPerDay'],
        ...['account.apiKey', 'account.shared'],
        ...['model.routes', 'model.price', 'model.enabled'],
        ...['key.limits.rpm', 'key.models', 'key.expiresAt'],
      ]),
    );
    expect(await changesOf(changed)).toEqual([]);
    const changedUser = await user(username);
    expect(changedUser).toMatchObject({ displayName: 'Ada' });
    expect(await limits('user', changedUser.id)).toMatchObject({ rpm: null, tokensPerDay: 5 });
  });

  test('what the file leaves out stays as it is', async () => {
    const name = names();
    await apply(whole(name));
    const { username, platform, model, secret } = name;
    const bare = {
      users: [{ username, password: PASSWORD, role: 'admin' }],
      accounts: [{ platform, name: 'lab-1', owner: username }],
      models: [{ name: model, routes: whole(name).models[0]?.routes.toReversed() }],
      keys: [{ owner: username, name: 'ci', secret }],
    };
    expect(await changesOf(bare)).toEqual([]);
  });

  test('a new password ends the sessions of the old one', async () => {
    const name = names();
    await apply(whole(name));
    const { id } = await user(name.username);
    const session = { id: `s-${id}`, userId: id, expiresAt: new Date('2099-01-01') };
    await db.session.create({ data: session });
    await apply(whole(name));
    expect(await db.session.count({ where: { userId: id } })).toBe(1);
    await apply({
      users: [{ username: name.username, password: 'another password', role: 'admin' }],
    });
    expect(await db.session.count({ where: { userId: id } })).toBe(0);
  });

  test('a new secret replaces the one of the key with that name', async () => {
    const name = names();
    await apply(whole(name));
    const before = await db.apiKey.findFirstOrThrow({
      where: { secretHash: sha256hex(name.secret) },
    });
    const secret = 'gh-a-new-one-0123456789';
    expect(await changesOf({ keys: [{ owner: name.username, name: 'ci', secret }] })).toEqual([
      'key.secret',
    ]);
    const after = await db.apiKey.findUniqueOrThrow({ where: { id: before.id } });
    expect(after.secretHash).toBe(sha256hex(secret));
  });

  test('a revoked key stays revoked, and a new secret makes a new key', async () => {
    const name = names();
    await apply(whole(name));
    const where = { secretHash: sha256hex(name.secret) };
    await db.apiKey.update({ where, data: { revokedAt: new Date() } });
    const plan = await apply(whole(name));
    expect(plan.at(-1)).toMatchObject({ kind: 'key', action: 'unchanged' });
    expect(plan.at(-1)?.note).toContain('revoked');
    expect((await db.apiKey.findUniqueOrThrow({ where })).revokedAt).not.toBeNull();
    const fresh = { owner: name.username, name: 'ci', secret: 'gh-fresh-one-0123456789' };
    expect((await apply({ keys: [fresh] }))[0]).toMatchObject({ action: 'create' });
  });

  test('a new key revives an expired account, but not a disabled one, and is to prove itself', async () => {
    const name = names();
    await apply(whole(name));
    const { id: ownerId } = await user(name.username);
    const account = { platform: name.platform, name: 'lab-1', owner: name.username };
    for (const [state, then] of [
      ['expired', 'active'],
      ['disabled', 'disabled'],
    ] as const) {
      await db.account.updateMany({ where: { ownerId }, data: { state, provedAt: new Date() } });
      await apply({ accounts: [{ ...account, apiKey: `sk-after-${state}` }] });
      expect(await db.account.findFirstOrThrow({ where: { ownerId } })).toMatchObject({
        state: then,
        provedAt: null,
      });
    }
  });
});

describe('what cannot be is refused whole, with its path', () => {
  const refused = (document: unknown) =>
    expect(apply(document)).rejects.toMatchObject({ code: 'bad_request' });
  const routes = [{ platform: 'nowhere', model: 'a' }];

  test.each([
    ['accounts[0].owner', { accounts: [{ platform: 'sandbox', name: 'a', owner: 'nobody' }] }],
    [
      'keys[0].owner',
      { keys: [{ owner: 'nobody', name: 'a', secret: 'gh-01234567890123456789' }] },
    ],
    ['models[0].routes[0].platform', { models: [{ name: 'm', routes }] }],
    [
      'platforms[0].id',
      { platforms: [{ id: 'openai', protocol: 'openai-chat', baseUrl: 'http://x' }] },
    ],
  ])('%s', async (path, document) => {
    await expect(apply(document)).rejects.toMatchObject({ code: 'bad_request', param: path });
  });

  test('an account without the key it needs, or with one it cannot use', async () => {
    const { username } = names();
    const users = [{ username, password: PASSWORD, role: 'member' }];
    const account = { name: 'a', owner: username };
    const needs = { users, accounts: [{ ...account, platform: 'openai' }] };
    await expect(apply(needs)).rejects.toMatchObject({ param: 'accounts[0].apiKey' });
    const cannot = { users, accounts: [{ ...account, platform: 'sandbox', apiKey: 'x' }] };
    await expect(apply(cannot)).rejects.toMatchObject({ param: 'accounts[0].apiKey' });
    expect(await db.user.count({ where: { username } })).toBe(0);
  });

  test('a secret that another user’s key has', async () => {
    const [one, two] = [names(), names()];
    await apply(whole(one));
    await refused({
      ...whole(two),
      keys: [{ owner: two.username, name: 'x', secret: one.secret }],
    });
    expect(await db.user.count({ where: { username: two.username } })).toBe(0);
  });

  test('a role that nobody made', async () => {
    const { username } = names();
    const users = [{ username, password: PASSWORD, role: 'nobody-made-it' }];
    await expect(apply({ users })).rejects.toMatchObject({ param: 'users[0].role' });
    expect(await db.user.count({ where: { username } })).toBe(0);
  });

  test('the last admin cannot be made a member', async () => {
    await using own = await createTestDatabase();
    const ownDb = createPrisma(own.url, { max: 2 });
    const repo = createApplyRepo(ownDb, { now: Date.now, newId });
    const users = createUsersRepo(ownDb);
    const alone = createApplyService({ repo, users, passwords, audit, cipher, newId });
    const ada = (role: string) => ({ username: 'ada', password: PASSWORD, role });
    await alone.apply(parse({ users: [ada('admin')] }));
    await expect(alone.apply(parse({ users: [ada('member')] }))).rejects.toMatchObject({
      code: 'conflict',
    });
    const both = parse({ users: [ada('member'), { ...ada('admin'), username: 'ben' }] });
    expect((await alone.apply(both)).map(({ action }) => action)).toEqual(['update', 'create']);
    await ownDb.$disconnect();
  });
});

test('a file is applied with its references, and its errors name it', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'apply-'));
  const file = path.join(folder, 'setup.yaml');
  const { username } = names();
  await writeFile(file, `users: [{ username: ${username}, password: \${PW}, role: member }]`);
  const plan = await applyFile({ service, env: { PW: PASSWORD } }, file, { dryRun: true });
  expect(plan).toMatchObject([{ action: 'create', name: username }]);
  expect(await db.user.count({ where: { username } })).toBe(0);
  await applyFile({ service, env: { PW: PASSWORD } }, file);
  expect(await passwords.matches(PASSWORD, (await user(username)).passwordHash)).toBe(true);

  await writeFile(file, 'accounts: [{ platform: sandbox, name: a, owner: nobody }]');
  await expect(applyFile({ service, env: {} }, file)).rejects.toThrow(
    `${file}, line 1: accounts[0].owner: there is no user nobody`,
  );
  await expect(applyFile({ service, env: {} }, `${file}.not`)).rejects.toThrow('no such file');
  await rm(folder, { recursive: true });
});
