import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApplyDocument } from '#shared/schemas/apply.ts';
import { createCipher } from '../../infra/cipher.ts';
import { newId } from '../../infra/ids.ts';
import { createPrisma, type Db } from '../../infra/prisma/client.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { createAudit } from '../audit/index.ts';
import { createOAuthClientsRepo, createOAuthClientsService } from '../oauth-clients/index.ts';
import { createPasswords } from '../sessions/index.ts';
import { createUsersRepo } from '../users/index.ts';
import {
  type ApplyService,
  applyFile,
  createApplyRepo,
  createApplyService,
  planLines,
} from './index.ts';

const cipher = createCipher({ current: 'k1', keys: { k1: randomBytes(32) } });
const audit = createAudit({ clock: { now: Date.now } });

let database: TestDatabase;
let db: Db;
let service: ApplyService;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createPrisma(database.url, { max: 2 });
  service = createApplyService({
    repo: createApplyRepo(db, { now: Date.now, newId }),
    users: createUsersRepo(db),
    passwords: createPasswords(4),
    ...{ audit, cipher, newId },
  });
});
afterAll(async () => {
  await db.$disconnect();
  await database[Symbol.asyncDispose]();
});

let serial = 0;
/** A client of its own for every test, as the file has it. */
function client(more: object = {}) {
  serial += 1;
  const tokenEndpoint = 'https://auth.example.com/token';
  return {
    platform: 'openai',
    name: `client-${serial}`,
    clientId: 'app-1',
    tokenEndpoint,
    ...more,
  };
}
type Entry = ReturnType<typeof client>;
const parse = (document: unknown) => ApplyDocument.parse(document);
async function apply(entry: Entry) {
  const [item] = await service.apply(parse({ oauthClients: [entry] }));
  return { action: item?.action, changes: item?.changes };
}
const rowOf = ({ name }: Entry) => db.oAuthClient.findFirstOrThrow({ where: { name } });
const UNCHANGED = { action: 'unchanged', changes: [] };

/** As the server reads it at each use. */
async function opened({ name }: Entry) {
  const unused = () => Promise.reject(new Error('nothing is called'));
  const clients = createOAuthClientsService({
    repo: createOAuthClientsRepo(db),
    registry: { find: () => undefined },
    outbound: { assertAllowed: () => undefined, json: unused },
    ...{ audit, cipher, newId },
  });
  return (await clients.opened('openai')).find((one) => one.name === name);
}

const WHOLE = {
  clientSecret: 'very-secret-of-a-client',
  authorizationEndpoint: 'https://auth.example.com/authorize',
  deviceEndpoint: 'https://auth.example.com/device',
  revocationEndpoint: 'https://auth.example.com/revoke',
  redirectUri: 'http://localhost:1455/callback',
  scopes: ['openid', 'offline_access'],
  authorizeParams: { access_type: 'offline', prompt: 'consent' },
  tokenFormat: 'json',
  tokenAuth: 'post',
  usePkce: false,
  userInfoEndpoint: 'https://auth.example.com/me',
  accountInfoEndpoint: 'https://auth.example.com/plan',
  fields: { subject: 'id', plan: 'account.plan' },
};

describe('an OAuth client of a set-up file', () => {
  test('is made as the console would make it, works at once, and is then unchanged', async () => {
    const entry = client(WHOLE);
    expect(await apply(entry)).toEqual({
      action: 'create',
      changes: expect.arrayContaining(['clientId', 'tokenEndpoint', ...Object.keys(WHOLE)]),
    });
    const { clientSecret, scopes, ...settings } = WHOLE;
    const { platform: _, name, clientId, tokenEndpoint } = entry;
    expect(await opened(entry)).toMatchObject({
      ...{ platformId: 'openai', name, clientId, secret: clientSecret },
      settings: { ...settings, tokenEndpoint, scopes: scopes.join(' ') },
    });
    expect((await rowOf(entry)).fields).toEqual({
      ...{ subject: 'id', email: 'email', userName: 'name', plan: 'account.plan', planEnds: '' },
    });
    expect(await apply(entry)).toEqual(UNCHANGED);
    const authorizeParams = { prompt: 'consent', access_type: 'offline' };
    expect(await apply({ ...entry, authorizeParams } as Entry)).toEqual(UNCHANGED);
  });

  test('gets what the console gives by default where the file says nothing', async () => {
    const entry = client();
    expect(await apply(entry)).toEqual({
      action: 'create',
      changes: ['clientId', 'tokenEndpoint'],
    });
    expect(await rowOf(entry)).toMatchObject({
      ...{ clientSecret: null, authorizationEndpoint: null, redirectUri: null, scopes: [] },
      ...{ tokenFormat: 'form', tokenAuth: 'none', usePkce: true },
    });
    const secret = client({ clientSecret: 'one-that-is-secret' });
    await apply(secret);
    expect((await rowOf(secret)).tokenAuth).toBe('basic');
  });

  test('keeps what the file leaves out, and loses what is null', async () => {
    const entry = client(WHOLE);
    await apply(entry);
    const { platform, name, clientId, tokenEndpoint } = entry;
    const bare = { platform, name, clientId, tokenEndpoint };
    expect(await apply({ ...bare, fields: {} } as Entry)).toEqual(UNCHANGED);
    expect(await apply({ ...bare, fields: { email: 'mail' } } as Entry)).toEqual({
      action: 'update',
      changes: ['fields'],
    });
    expect((await rowOf(entry)).fields).toMatchObject({ subject: 'id', email: 'mail' });
    const gone = { clientSecret: null, deviceEndpoint: null, redirectUri: null };
    expect(await apply({ ...bare, ...gone, tokenAuth: 'none' } as Entry)).toEqual({
      action: 'update',
      changes: expect.arrayContaining([...Object.keys(gone), 'tokenAuth']),
    });
    expect(await rowOf(entry)).toMatchObject({ ...gone, userInfoEndpoint: WHOLE.userInfoEndpoint });
  });

  test('has a secret that is sealed, compared after opening, and in no plan or audit row', async () => {
    const entry = client(WHOLE);
    await apply(entry);
    const sealed = (await rowOf(entry)).clientSecret;
    expect(sealed).not.toContain(WHOLE.clientSecret);
    await apply({ ...entry, clientId: 'app-2' });
    expect((await rowOf(entry)).clientSecret).toBe(sealed);
    const renewed = { ...entry, clientId: 'app-2', clientSecret: 'another-secret-of-it' };
    expect(await apply(renewed)).toEqual({ action: 'update', changes: ['clientSecret'] });
    expect((await opened(entry))?.secret).toBe('another-secret-of-it');

    const { id } = await rowOf(entry);
    const rows = await db.auditEvent.findMany({ where: { targetId: id }, orderBy: { seq: 'asc' } });
    expect(rows.map(({ action, targetKind }) => [action, targetKind])).toEqual(
      Array.from({ length: 3 }, () => ['setup.apply', 'oauthClient']),
    );
    const told = JSON.stringify(rows, (_name, value) =>
      typeof value === 'bigint' ? `${value}` : value,
    );
    expect(told).toContain('app-2');
    expect(told).toContain('clientSecret');
    for (const secret of [WHOLE.clientSecret, renewed.clientSecret, sealed ?? '-']) {
      expect(told).not.toContain(secret);
    }
  });

  test('whose stored secret does not open gets that of the file', async () => {
    const entry = client(WHOLE);
    await apply(entry);
    const { id } = await rowOf(entry);
    await db.oAuthClient.update({ where: { id }, data: { clientSecret: 'broken' } });
    expect(await apply(entry)).toEqual({ action: 'update', changes: ['clientSecret'] });
    expect((await opened(entry))?.secret).toBe(WHOLE.clientSecret);
  });

  test('is planned in one line, and a dry run writes nothing', async () => {
    const entry = client();
    const plan = () => service.plan(parse({ oauthClients: [entry] }));
    const line = `OAuth client openai/${entry.name}`;
    expect(planLines(await plan())).toEqual([`+ ${line}: clientId, tokenEndpoint`]);
    expect(await db.oAuthClient.count({ where: { name: entry.name } })).toBe(0);
    await apply(entry);
    expect(planLines(await plan())).toEqual([`= ${line}`]);
  });

  test('may be at a platform of the same file, and is another one at another platform', async () => {
    const lab = {
      id: `lab-${++serial}`,
      protocol: 'openai-chat',
      baseUrl: 'https://lab.example.com',
    };
    const entry = client();
    const document = {
      platforms: [lab],
      oauthClients: [entry, { ...entry, platform: lab.id, clientId: 'app-lab' }],
    };
    await service.apply(parse(document));
    const rows = await db.oAuthClient.findMany({ where: { name: entry.name } });
    expect(new Set(rows.map((row) => `${row.platformId} ${row.clientId}`))).toEqual(
      new Set(['openai app-1', `${lab.id} app-lab`]),
    );
    const again = await service.apply(parse(document));
    expect(again.map(({ action }) => action)).toEqual(Array(3).fill('unchanged'));
  });
});

describe('refused with its line and no value', () => {
  test.each([
    [{ platform: 'nowhere' }, 'platform', /there is no platform nowhere/],
    [{ platform: 'sandbox' }, 'platform', /people do not sign in to accounts of/],
    [{ platform: 'plugin' }, 'platform', /made by the server itself/],
    [{ tokenEndpoint: 'http://auth.example.com/t' }, 'tokenEndpoint', /Only https/],
    [{ userInfoEndpoint: 'ftp://auth.example.com' }, 'userInfoEndpoint', /./],
    [{ tokenAuth: 'basic' }, 'clientSecret', /needs its secret/],
    [{ tokenAuth: 'mtls' }, 'tokenAuth', /./],
    [{ redirectUri: 'javascript:alert(1)' }, 'redirectUri', /whole address/],
    [{ scopes: ['a b'] }, 'scopes[0]', /no spaces/],
    [{ authorizeParams: { state: 'x' } }, 'authorizeParams', /set by Gatehouse itself/],
    [{ fields: { id: 'sub' } }, 'fields.id', /no such field/],
    [{ secret: 'very-secret' }, 'secret', /no such field/],
  ])('%j', async (more, field, why) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'apply-clients-'));
    const file = path.join(folder, 'setup.yaml');
    await writeFile(file, `oauthClients:\n  - ${JSON.stringify(client(more))}\n`);
    const param = `oauthClients[0].${field}`;
    const refused = applyFile({ service, env: {} }, file);
    await expect(refused).rejects.toMatchObject({ code: 'bad_request', param });
    await expect(refused).rejects.toThrow(`${file}, line 2: ${param}: `);
    await expect(refused).rejects.toThrow(why);
    await expect(refused).rejects.not.toThrow('very-secret');
    await rm(folder, { recursive: true });
  });

  test('two entries for the same client', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'apply-clients-'));
    const file = path.join(folder, 'setup.json');
    const entry = client();
    await writeFile(file, JSON.stringify({ oauthClients: [entry, entry] }));
    await expect(applyFile({ service, env: {} }, file)).rejects.toThrow(
      'oauthClients[1]: is the same as oauthClients[0]',
    );
    await rm(folder, { recursive: true });
  });

  test('a secret taken away from one that proves itself', async () => {
    const entry = client(WHOLE);
    await apply(entry);
    await expect(apply({ ...entry, clientSecret: null } as Entry)).rejects.toMatchObject({
      param: 'oauthClients[0].clientSecret',
    });
    expect((await opened(entry))?.secret).toBe(WHOLE.clientSecret);
  });
});
