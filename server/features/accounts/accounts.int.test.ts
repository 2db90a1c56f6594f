import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccountView } from '#shared/schemas/accounts.ts';
import { newId } from '../../infra/ids.ts';
import type { Browser } from '../../testing/browser.ts';
import { refusalBattery } from '../../testing/refusals.ts';
import { type SupplyConsole, startSupplyConsole } from '../../testing/supply-console.ts';

type Person = Awaited<ReturnType<SupplyConsole['signedIn']>>;

/** Looked for at the end in every answer and log line. */
const KEY = 'sk-planted-7c1f9e2b-abcd';

let h: SupplyConsole;
let ada: Person;
let bob: Person;
let admin: Person;
const answers: string[] = [];
beforeAll(async () => {
  h = await startSupplyConsole();
  ada = await h.signedIn('member');
  bob = await h.signedIn('member');
  admin = await h.signedIn('admin');
});
afterAll(() => h[Symbol.asyncDispose]());

let made = 0;
function create(browser: Browser, more: Record<string, unknown> = {}) {
  const name = `account ${++made}`;
  return browser.mutate('accounts.create', { platformId: 'lab', name, apiKey: KEY, ...more });
}

async function created(person: Person, more: Record<string, unknown> = {}): Promise<AccountView> {
  const answer = await create(person.browser, more);
  answers.push(answer.text);
  if (answer.error) throw new Error(answer.text);
  return answer.data as AccountView;
}

async function list(person: Person): Promise<AccountView[]> {
  const answer = await person.browser.query('accounts.list');
  answers.push(answer.text);
  return answer.data as AccountView[];
}

async function call(person: Person, procedure: string, input: Record<string, unknown>) {
  const answer = await person.browser.mutate(`accounts.${procedure}`, input);
  answers.push(answer.text);
  return answer;
}

const consoleOf = { console: () => h.console };
refusalBattery('accounts.list', { ...consoleOf, call: (b) => b.query('accounts.list') });
refusalBattery('accounts.create', { ...consoleOf, call: create });
for (const procedure of ['update', 'delete', 'test']) {
  refusalBattery(`accounts.${procedure}`, {
    ...consoleOf,
    call: (b) => b.mutate(`accounts.${procedure}`, { id: newId() }),
  });
}
refusalBattery('accounts.upstreamModels', {
  ...consoleOf,
  call: (b) => b.query('accounts.upstreamModels', { id: newId() }),
});

describe('accounts.create', () => {
  test('stores the key sealed and shows its last four characters only', async () => {
    const account = await created(ada, { name: 'mine' });
    expect(account).toMatchObject({
      platformId: 'lab',
      platformName: 'Lab',
      name: 'mine',
      ownerId: ada.id,
      mine: true,
      shared: false,
      state: 'active',
      secretHint: '…abcd',
      lastError: null,
    });
    const row = await h.db.account.findUniqueOrThrow({ where: { id: account.id } });
    expect(row.secret).toMatch(/^v1\.k1\./);
    expect(JSON.stringify(row)).not.toContain(KEY);
  });

  test('gives no hint of a short key', async () => {
    expect((await created(ada, { apiKey: 'short-key-1' })).secretHint).toBe('');
    expect((await created(ada, { apiKey: 'short-key-12' })).secretHint).toBe('…y-12');
  });

  test('needs a key where the platform does, and none where it does not', async () => {
    const without = await create(ada.browser, { platformId: 'openai', apiKey: undefined });
    expect(without.error?.data).toMatchObject({ appCode: 'bad_request', param: 'apiKey' });
    const sandbox = await create(ada.browser, { platformId: 'sandbox' });
    expect(sandbox.error?.data).toMatchObject({ appCode: 'bad_request', param: 'apiKey' });
    expect((await created(ada, { apiKey: undefined })).secretHint).toBe('');
  });

  test('refuses an unknown platform, a name already used there, and options of another platform', async () => {
    const unknown = await create(ada.browser, { platformId: 'nowhere' });
    expect(unknown.error?.data).toMatchObject({ appCode: 'bad_request', param: 'platformId' });
    await created(ada, { name: 'twice' });
    const twice = await create(ada.browser, { name: 'twice' });
    expect(twice.error?.data).toMatchObject({ appCode: 'conflict', param: 'name' });
    expect((await create(bob.browser, { name: 'twice' })).error).toBeUndefined();
    const options = await create(ada.browser, { options: { latencyMs: 1 } });
    expect(options.error?.data).toMatchObject({ appCode: 'bad_request', param: 'options' });
  });

  test.each(['two words', 'line\nbreak', 'ключ', ''])('refuses %j as a key', async (apiKey) => {
    const { error } = await create(ada.browser, { apiKey });
    expect(error?.data).toMatchObject({ appCode: 'bad_request', param: 'apiKey' });
  });

  test('makes the account usable at once, for its owner or for all', async () => {
    const own = await created(ada);
    const lent = await created(ada, { shared: true });
    const usable = (person: Person) => {
      const routes = [{ platformId: 'lab', upstreamModel: 'm', weight: 1, priority: 0 }];
      const principal = {
        userId: person.id,
        keyId: null,
        allowedModels: [],
        scopes: [],
        rules: [],
      };
      const { candidates } = h.pool.consider(routes, { principal, model: 'm' });
      return candidates.map((candidate) => candidate.accountId);
    };
    expect(usable(ada)).toEqual(expect.arrayContaining([own.id, lent.id]));
    expect(usable(bob)).toContain(lent.id);
    expect(usable(bob)).not.toContain(own.id);
  });
});

describe('accounts.list', () => {
  test('shows own and lent accounts; an admin sees all', async () => {
    const own = await created(ada);
    const lent = await created(ada, { shared: true });
    const ids = async (person: Person) => (await list(person)).map((account) => account.id);
    expect(await ids(ada)).toEqual(expect.arrayContaining([own.id, lent.id]));
    expect(await ids(admin)).toEqual(expect.arrayContaining([own.id, lent.id]));
    const bobs = await ids(bob);
    expect(bobs).toContain(lent.id);
    expect(bobs).not.toContain(own.id);
  });

  test("of one owner shows that person's, and to a member those lent by them", async () => {
    const own = await created(ada);
    const lent = await created(ada, { shared: true });
    const idsFor = async (viewer: Person) => {
      const { data } = await viewer.browser.query('accounts.list', { ownerId: ada.id });
      return (data as AccountView[]).map(({ id, ownerId }) => (ownerId === ada.id ? id : null));
    };
    await created(bob, { shared: true });
    expect(await idsFor(admin)).toEqual(expect.arrayContaining([own.id, lent.id]));
    expect(await idsFor(admin)).not.toContain(null);
    expect(await idsFor(bob)).toContain(lent.id);
    expect(await idsFor(bob)).not.toContain(own.id);
    expect(await idsFor(bob)).not.toContain(null);
  });

  test("shows of somebody else's lent account neither hint nor error", async () => {
    const { id } = await created(ada, { shared: true });
    const failed = { lastError: 'a private matter', lastErrorAt: new Date() };
    await h.db.account.update({ where: { id }, data: failed });
    const seenBy = async (person: Person) => (await list(person)).find((row) => row.id === id);
    expect(await seenBy(bob)).toMatchObject({
      mine: false,
      secretHint: '',
      lastError: null,
      lastErrorAt: null,
    });
    for (const person of [ada, admin]) {
      expect(await seenBy(person)).toMatchObject({
        mine: true,
        secretHint: '…abcd',
        lastError: 'a private matter',
      });
    }
  });
});

describe("somebody else's account", () => {
  test.each([false, true])('stays as it is (shared: %s)', async (shared) => {
    const { id } = await created(ada, { shared });
    const before = await h.db.account.findUniqueOrThrow({ where: { id } });
    for (const [procedure, input] of [
      ['update', { name: 'stolen' }],
      ['update', { apiKey: 'sk-other-key-00000' }],
      ['update', { enabled: false }],
      ['update', { shared: !shared }],
      ['delete', {}],
      ['test', {}],
    ] as const) {
      const { error } = await call(bob, procedure, { id, ...input });
      expect([procedure, error?.data.appCode]).toEqual([procedure, 'not_found']);
    }
    const models = await bob.browser.query('accounts.upstreamModels', { id });
    expect(models.error?.data.appCode).toBe('not_found');
    expect(await h.db.account.findUniqueOrThrow({ where: { id } })).toEqual(before);
  });

  test('may be changed and deleted by an admin', async () => {
    const { id } = await created(ada);
    const disabled = await call(admin, 'update', { id, enabled: false });
    expect(disabled.data).toMatchObject({ state: 'disabled', ownerId: ada.id });
    expect((await call(admin, 'delete', { id })).data).toBeNull();
    expect(await h.db.account.count({ where: { id } })).toBe(0);
  });
});

describe('accounts.update', () => {
  test('changes what is named and leaves the rest', async () => {
    const { id, name } = await created(ada);
    expect((await call(ada, 'update', { id, shared: true })).data).toMatchObject({
      name,
      shared: true,
      secretHint: '…abcd',
    });
    expect((await call(ada, 'update', { id, name: 'new name' })).data).toMatchObject({
      name: 'new name',
      shared: true,
    });
  });

  test('switches off at once and on again', async () => {
    const { id } = await created(ada);
    const ready = () => h.pool.ready('lab', { userId: ada.id });
    const before = ready();
    expect((await call(ada, 'update', { id, enabled: false })).data).toMatchObject({
      state: 'disabled',
    });
    expect(ready()).toBe(before - 1);
    expect((await call(ada, 'update', { id, enabled: true })).data).toMatchObject({
      state: 'active',
    });
    expect(ready()).toBe(before);
  });

  test('switches single models off, which is noted, and nobody else’s business', async () => {
    const { id } = await created(ada, { shared: true });
    const off = await call(ada, 'update', { id, modelsOff: ['gpt-b', 'gpt-a', 'gpt-b'] });
    expect(off.data).toMatchObject({ modelsOff: ['gpt-a', 'gpt-b'], state: 'active' });
    expect((await call(ada, 'update', { id, name: 'renamed' })).data).toMatchObject({
      modelsOff: ['gpt-a', 'gpt-b'],
    });
    const seenByBob = (await list(bob)).find((row) => row.id === id);
    expect(seenByBob?.modelsOff).toEqual([]);
    const change = { before: { modelsOff: [] }, after: { modelsOff: ['gpt-a', 'gpt-b'] } };
    const noted = await h.db.auditEvent.findMany({
      where: { targetId: id },
      orderBy: { seq: 'asc' },
    });
    expect(noted.map((event) => event.change)).toContainEqual(expect.objectContaining(change));
    expect((await call(ada, 'update', { id, modelsOff: [] })).data).toMatchObject({
      modelsOff: [],
    });
    const tooLong = await call(ada, 'update', { id, modelsOff: ['x'.repeat(201)] });
    expect(tooLong.error?.data).toMatchObject({ appCode: 'bad_request', param: 'modelsOff.0' });
  });

  test('with a new key revives an expired account and forgets its error', async () => {
    const { id } = await created(ada);
    await h.db.account.update({ where: { id }, data: { state: 'expired', lastError: 'refused' } });
    expect((await call(ada, 'update', { id, name: 'still dead' })).data).toMatchObject({
      state: 'expired',
    });
    expect((await call(ada, 'update', { id, apiKey: 'sk-a-new-key-wxyz' })).data).toMatchObject({
      state: 'active',
      secretHint: '…wxyz',
      lastError: null,
    });
  });

  test('with a new key leaves a disabled account disabled', async () => {
    const { id } = await created(ada);
    await call(ada, 'update', { id, enabled: false });
    const answer = await call(ada, 'update', { id, apiKey: 'sk-a-new-key-wxyz' });
    expect(answer.data).toMatchObject({ state: 'disabled' });
  });

  test('refuses a name that is taken', async () => {
    const { id } = await created(ada);
    await created(ada, { name: 'taken' });
    const { error } = await call(ada, 'update', { id, name: 'taken' });
    expect(error?.data).toMatchObject({ appCode: 'conflict', param: 'name' });
  });

  test('shows a cooling account as cooling, with the time of its return', async () => {
    const { id } = await created(ada);
    h.upstream.script((_call, res) => void res.writeHead(429, { 'retry-after': '60' }).end('{}'));
    await call(ada, 'test', { id });
    const seen = (await list(ada)).find((row) => row.id === id);
    expect(seen).toMatchObject({
      state: 'cooling',
      coolingUntil: new Date(h.clock.now() + 60_000).toISOString(),
    });
  });
});

test('accounts.delete takes the key with it', async () => {
  const { id } = await created(ada);
  expect((await call(ada, 'delete', { id })).data).toBeNull();
  expect(await h.db.account.count({ where: { id } })).toBe(0);
  expect((await call(ada, 'delete', { id })).error?.data.appCode).toBe('not_found');
});

test('no answer and no log line ever carried the key', async () => {
  expect(answers.length).toBeGreaterThan(30);
  expect(answers.filter((text) => text.includes(KEY))).toEqual([]);
  expect(h.lines.filter((line) => line.includes(KEY))).toEqual([]);
  expect(answers.filter((text) => text.includes('v1.k1.'))).toEqual([]);
});
