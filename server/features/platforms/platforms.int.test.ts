import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlatformView } from '#shared/schemas/platforms.ts';
import type { Browser } from '../../testing/browser.ts';
import { refusalBattery } from '../../testing/refusals.ts';
import { type SupplyConsole, startSupplyConsole } from '../../testing/supply-console.ts';

let h: SupplyConsole;
let admin: Browser;
let member: Awaited<ReturnType<SupplyConsole['signedIn']>>;
beforeAll(async () => {
  h = await startSupplyConsole();
  admin = (await h.signedIn('admin')).browser;
  member = await h.signedIn('member');
});
afterAll(() => h[Symbol.asyncDispose]());

let made = 0;
const nextId = () => `extra-${++made}`;
const somewhere = 'https://ai.example.com/v1';

function create(browser: Browser, more: Record<string, unknown> = {}) {
  return browser.mutate('platforms.create', {
    id: nextId(),
    name: 'Extra',
    baseUrl: somewhere,
    ...more,
  });
}

async function created(more: Record<string, unknown> = {}): Promise<PlatformView> {
  const answer = await create(admin, more);
  if (answer.error) throw new Error(answer.text);
  return answer.data as PlatformView;
}

const listFor = async (browser: Browser) =>
  (await browser.query('platforms.list')).data as PlatformView[];

refusalBattery('platforms.list', {
  console: () => h.console,
  call: (browser) => browser.query('platforms.list'),
});
refusalBattery('platforms.create', { console: () => h.console, call: create });
refusalBattery('platforms.update', {
  console: () => h.console,
  call: (browser) =>
    browser.mutate('platforms.update', { id: 'lab', baseUrl: 'https://thief.example/v1' }),
});
refusalBattery('platforms.delete', {
  console: () => h.console,
  call: (browser) => browser.mutate('platforms.delete', { id: 'lab' }),
});

describe('platforms.list', () => {
  test('shows built-in and added platforms', async () => {
    const list = await listFor(member.browser);
    expect(list.find(({ id }) => id === 'sandbox')).toEqual({
      id: 'sandbox',
      name: 'Sandbox',
      endpoints: [{ protocol: 'openai-chat', baseUrl: null }],
      operations: [],
      custom: false,
      needsKey: false,
      keyOptional: true,
      keyUrl: null,
      models: ['sandbox-echo', 'sandbox-slow', 'sandbox-flaky'],
      accounts: 0,
    });
    expect(list.find(({ id }) => id === 'lab')).toMatchObject({ custom: true, needsKey: true });
  });

  test('counts only the accounts the caller may see', async () => {
    const { id } = await created();
    const other = await h.signedIn('member');
    for (const [name, shared] of [
      ['a', false],
      ['b', false],
      ['c', true],
    ] as const) {
      const answer = await other.browser.mutate('accounts.create', {
        platformId: id,
        name,
        shared,
      });
      expect(answer.error).toBeUndefined();
    }
    const count = async (browser: Browser) =>
      (await listFor(browser)).find((platform) => platform.id === id)?.accounts;
    expect([await count(admin), await count(other.browser), await count(member.browser)]).toEqual([
      3, 3, 1,
    ]);
  });
});

describe('platforms.create', () => {
  test('adds a platform that is known at once, its base URL without a slash at the end', async () => {
    const platform = await created({ baseUrl: `${somewhere}/` });
    expect(platform).toMatchObject({
      endpoints: [{ protocol: 'openai-chat', baseUrl: somewhere }],
      custom: true,
      keyOptional: true,
    });
    expect(h.registry.find(platform.id)?.endpoints[0].baseUrl).toBe(somewhere);
  });

  test.each(['openai', 'sandbox'])('refuses the id of the built-in %s', async (id) => {
    const { error } = await create(admin, { id });
    expect(error?.data).toMatchObject({ appCode: 'conflict', param: 'id' });
    expect(await h.db.platform.count({ where: { id } })).toBe(0);
  });

  test('refuses an id that is taken', async () => {
    const { id } = await created();
    const { error } = await create(admin, { id });
    expect(error?.data).toMatchObject({ appCode: 'conflict', param: 'id' });
  });

  test.each([
    'http://127.0.0.1:1/v1',
    'http://[::1]/v1',
    'http://[::ffff:127.0.0.1]/v1',
    'http://0x7f.1/v1',
    'http://2130706433/v1',
    'http://169.254.169.254/latest/meta-data',
    'http://10.0.0.8/v1',
    'https://192.168.1.1/v1',
    'http://[fd00::1]/v1',
    'http://0.0.0.0/v1',
  ])('refuses %s, and names OUTBOUND_ALLOW', async (baseUrl) => {
    const { error } = await create(admin, { baseUrl });
    expect(error?.data).toMatchObject({ appCode: 'outbound_refused', param: 'baseUrl' });
    expect(error?.message).toContain('OUTBOUND_ALLOW');
  });

  test.each([
    ['a credential', 'https://user:pass@ai.example.com/v1', 'outbound_refused'],
    ['a query', 'https://ai.example.com/v1?key=x', 'bad_request'],
    ['a fragment', 'https://ai.example.com/v1#x', 'bad_request'],
    ['another scheme', 'file:///etc/passwd', 'bad_request'],
    ['no URL', 'ai.example.com', 'bad_request'],
  ])('refuses a base URL with %s', async (_name, baseUrl, code) => {
    const { error } = await create(admin, { baseUrl });
    expect(error?.data).toMatchObject({ appCode: code, param: 'baseUrl' });
  });
});

describe('platforms.update', () => {
  test('changes what is named and leaves the rest', async () => {
    const { id } = await created();
    const answer = await admin.mutate('platforms.update', { id, name: 'Renamed' });
    expect(answer.data).toMatchObject({
      id,
      name: 'Renamed',
      endpoints: [{ baseUrl: somewhere }],
    });
    const moved = await admin.mutate('platforms.update', { id, baseUrl: 'https://b.example/v2' });
    expect(moved.data).toMatchObject({
      name: 'Renamed',
      endpoints: [{ baseUrl: 'https://b.example/v2' }],
    });
    expect(h.registry.find(id)?.endpoints[0].baseUrl).toBe('https://b.example/v2');
  });

  test('checks a new base URL like the first', async () => {
    const { id } = await created();
    const { error } = await admin.mutate('platforms.update', { id, baseUrl: 'http://10.1.1.1/' });
    expect(error?.data.appCode).toBe('outbound_refused');
    expect(h.registry.find(id)?.endpoints[0].baseUrl).toBe(somewhere);
  });

  test.each([
    ['openai', 'forbidden'],
    ['not-there', 'not_found'],
  ])('of %s is %s', async (id, code) => {
    const { error } = await admin.mutate('platforms.update', { id, name: 'Mine' });
    expect(error?.data.appCode).toBe(code);
  });
});

describe('platforms.delete', () => {
  test('forgets it', async () => {
    const { id } = await created();
    expect((await admin.mutate('platforms.delete', { id })).data).toBeNull();
    expect(h.registry.find(id)).toBeUndefined();
    const again = await admin.mutate('platforms.delete', { id });
    expect(again.error?.data.appCode).toBe('not_found');
  });

  test('is refused while an account or a route uses it', async () => {
    const { id } = await created();
    const account = await member.browser.mutate('accounts.create', { platformId: id, name: 'x' });
    const model = await admin.mutate('models.create', {
      name: `m-${id}`,
      routes: [{ platform: id, model: 'x' }],
    });
    expect([account.error, model.error]).toEqual([undefined, undefined]);
    const { error } = await admin.mutate('platforms.delete', { id });
    expect(error?.data.appCode).toBe('conflict');
    expect(error?.message).toContain('1 accounts and 1 model routes');
  });

  test('of a built-in one is refused', async () => {
    const { error } = await admin.mutate('platforms.delete', { id: 'openai' });
    expect(error?.data.appCode).toBe('forbidden');
  });

  test('and a new account at the same moment never leave an account without its platform', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id } = await created();
      await Promise.all([
        admin.mutate('platforms.delete', { id }),
        member.browser.mutate('accounts.create', { platformId: id, name: 'late' }),
      ]);
      const platforms = await h.db.platform.count({ where: { id } });
      const accounts = await h.db.account.count({ where: { platformId: id } });
      expect([
        [0, 0],
        [1, 1],
      ]).toContainEqual([platforms, accounts]);
    }
  });
});
