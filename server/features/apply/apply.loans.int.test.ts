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
import { createPasswords } from '../sessions/index.ts';
import { createUsersRepo } from '../users/index.ts';
import { type ApplyService, applyFile, createApplyRepo, createApplyService } from './index.ts';

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
    audit: createAudit({ clock: { now: Date.now } }),
    cipher: createCipher({ current: 'k1', keys: { k1: randomBytes(32) } }),
    newId,
  });
  await service.apply(parse({ users: ['ada', 'ben', 'cleo'].map(person) }));
});
afterAll(async () => {
  await db.$disconnect();
  await database[Symbol.asyncDispose]();
});

const parse = (document: unknown) => ApplyDocument.parse(document);
const person = (username: string) => ({
  username,
  password: 'correct horse battery',
  role: 'member',
});
const idOf = async (username: string) =>
  (await db.user.findUniqueOrThrow({ where: { username } })).id;

let serial = 0;
/** An account of its own for every test, as the file has it. */
function account(more: object = {}) {
  serial += 1;
  return { platform: 'sandbox', name: `lent-${serial}`, owner: 'ada', shared: true, ...more };
}
async function apply(entry: object) {
  const [item] = await service.apply(parse({ accounts: [entry] }));
  return { action: item?.action, changes: item?.changes, note: item?.note };
}
const rowOf = ({ name }: { name: string }) => db.account.findFirstOrThrow({ where: { name } });
async function history({ name }: { name: string }) {
  const where = { account: { name } };
  const events = await db.accountEvent.findMany({ where, orderBy: { id: 'asc' } });
  return events.map(({ detail, kind }) => [kind, detail && JSON.parse(detail)]);
}

const TERMS = {
  users: ['ben', 'cleo'],
  models: ['gpt-lab', 'other'],
  hours: { from: '22:00', to: '06:30' },
  tokensPerDay: 1_000_000,
};

describe('the terms of a loan', () => {
  test('are stored as the console would store them, and then unchanged', async () => {
    const entry = account({ loan: TERMS });
    expect(await apply(entry)).toEqual({
      action: 'create',
      changes: ['shared', 'loan.users', 'loan.models', 'loan.hours', 'loan.tokensPerDay'],
    });
    expect(await rowOf(entry)).toMatchObject({
      shared: true,
      loanUsers: [await idOf('ben'), await idOf('cleo')],
      loanModels: ['gpt-lab', 'other'],
      loanFrom: 1_320,
      loanTo: 390,
      loanTokensPerDay: 1_000_000n,
    });
    const unchanged = { action: 'unchanged', changes: [] };
    expect(await apply(entry)).toEqual(unchanged);
    const { users, models } = TERMS;
    const loan = { users: [...users.toReversed(), 'ben'], models: models.toReversed() };
    expect(await apply({ ...entry, loan })).toEqual(unchanged);
  });

  test('stay where the file says nothing of them; null and an empty list take them away', async () => {
    const entry = account({ loan: TERMS });
    await apply(entry);
    expect(await apply({ ...entry, loan: {} })).toMatchObject({ action: 'unchanged' });
    expect(await apply({ ...entry, loan: undefined })).toMatchObject({ action: 'unchanged' });
    const hours = { from: '22:00', to: '07:00' };
    expect(await apply({ ...entry, loan: { hours } })).toMatchObject({ changes: ['loan.hours'] });
    const none = { users: [], models: [], hours: null, tokensPerDay: null };
    expect(await apply({ ...entry, loan: none })).toMatchObject({
      changes: ['loan.users', 'loan.models', 'loan.hours', 'loan.tokensPerDay'],
    });
    expect(await rowOf(entry)).toMatchObject({
      ...{ loanUsers: [], loanModels: [], loanFrom: null, loanTo: null, loanTokensPerDay: null },
    });
  });

  test('may name people of the same file', async () => {
    const entry = account({ loan: { users: ['newcomer'] } });
    await service.apply(parse({ users: [person('newcomer')], accounts: [entry] }));
    expect((await rowOf(entry)).loanUsers).toEqual([await idOf('newcomer')]);
  });

  test('are told in the history of the account, for its owner', async () => {
    const entry = account({ shared: false });
    await apply(entry);
    expect(await history(entry)).toEqual([]);
    await apply({ ...entry, loan: { models: ['a'] } });
    await apply({ ...entry, shared: true });
    await apply({ ...entry, shared: true, loan: { users: ['ben'] }, maxConcurrency: 2 });
    await apply({ ...entry, shared: true, maxConcurrency: 3 });
    await apply({ ...entry, shared: false });
    const lent = { users: [], models: ['a'], hours: null, tokensPerDay: null };
    expect(await history(entry)).toEqual([
      ['lent', lent],
      ['terms', { ...lent, users: [await idOf('ben')] }],
      ['withdrawn', null],
    ]);
  });

  test.each([
    [{ users: ['nobody'] }, 'accounts[0].loan.users[0]', /there is no user nobody/],
    [{ hours: { from: '9:00', to: '18:00' } }, 'accounts[0].loan.hours.from', /like 09:30/],
    [{ hours: { from: '09:00', to: '24:00' } }, 'accounts[0].loan.hours.to', /to 23:59/],
    [{ hours: { from: '09:00', to: '09:00' } }, 'accounts[0].loan.hours', /are the same/],
    [{ tokensPerDay: 0 }, 'accounts[0].loan.tokensPerDay', /./],
    [{ people: [] }, 'accounts[0].loan.people', /no such field/],
  ])('%j is refused with its line', async (loan, param, why) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'apply-loans-'));
    const file = path.join(folder, 'setup.yaml');
    const lines = ['accounts:', `  - ${JSON.stringify(account()).slice(1, -1)}`];
    const text = `${lines[0]}\n  - {${lines[1]?.slice(4)},\n      loan: ${JSON.stringify(loan)} }\n`;
    await writeFile(file, text);
    const refused = applyFile({ service, env: {} }, file);
    await expect(refused).rejects.toMatchObject({ code: 'bad_request', param });
    await expect(refused).rejects.toThrow(`${file}, line 3: ${param}: `);
    await expect(refused).rejects.toThrow(why);
    await rm(folder, { recursive: true });
  });
});

describe('a personal account', () => {
  const allow = async (allowed: boolean) => {
    await db.personalLending.deleteMany();
    if (!allowed) return;
    const row = { platformId: 'sandbox', allowedBy: await idOf('ada'), allowedAt: new Date() };
    await db.personalLending.create({ data: row });
  };
  const refused = (entry: object) =>
    expect(service.plan(parse({ accounts: [entry] }))).rejects.toMatchObject({
      code: 'forbidden',
      param: 'accounts[0].shared',
    });

  test('is shared only where an admin allowed that', async () => {
    await allow(false);
    const entry = account({ policyClass: 'personal' });
    await refused(entry);
    await apply({ ...entry, shared: false });
    await refused(entry);
    await refused({ ...entry, policyClass: undefined });
    await allow(true);
    expect(await apply(entry)).toMatchObject({ changes: ['shared'] });
  });

  test('is what a shared one may not become without', async () => {
    await allow(false);
    const entry = account();
    await apply(entry);
    await refused({ ...entry, shared: undefined, policyClass: 'personal' });
    await apply({ ...entry, shared: false, policyClass: 'personal' });
  });

  test('that is allowed no longer is noted, and in nobody’s way', async () => {
    await allow(true);
    const entry = account({ policyClass: 'personal' });
    expect((await apply(entry)).note).toBeUndefined();
    await allow(false);
    const plan = await apply({ ...entry, maxConcurrency: 2 });
    expect(plan).toMatchObject({ action: 'update', changes: ['maxConcurrency'] });
    expect(plan.note).toContain('not lent now');
  });
});
