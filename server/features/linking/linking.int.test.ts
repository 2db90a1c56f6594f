import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LinkBegun, LinkStatus } from '#shared/schemas/linking.ts';
import { PASSWORD, startApp, type TestApp } from '../../testing/app.ts';
import { type Browser, createBrowser } from '../../testing/browser.ts';
import { type FakeClock, fakeClock } from '../../testing/fake-clock.ts';
import { LINK_CLIENT, type LinkProvider, startLinkProvider } from '../../testing/link-provider.ts';

const PASTE = 'http://localhost:1455/auth/callback';
const MINUTE_MS = 60_000;

let app: TestApp;
let clock: FakeClock;
let provider: LinkProvider;
let admin: Browser;
let ann: Browser;
let ben: Browser;
let clientId: string;

async function signedIn(username: string): Promise<Browser> {
  const browser = createBrowser(app.url);
  const answer = await browser.mutate('sessions.signIn', { username, password: PASSWORD });
  expect(answer.error).toBeUndefined();
  return browser;
}

beforeAll(async () => {
  provider = await startLinkProvider();
  clock = fakeClock();
  const person = (username: string, role = 'member') => ({ username, password: PASSWORD, role });
  app = await startApp(
    {
      users: [person('ada', 'admin'), person('ann'), person('ben')],
      platforms: [{ id: 'lab', protocol: 'openai-chat', baseUrl: `${provider.url}/v1` }],
      accounts: [],
      models: [],
      keys: [],
    },
    { OUTBOUND_ALLOW: `127.0.0.1:${provider.port}` },
    clock,
  );
  admin = await signedIn('ada');
  ann = await signedIn('ann');
  ben = await signedIn('ben');
  const saved = await admin.mutate('oauthClients.save', clientFor(PASTE));
  clientId = (saved.data as { id: string }).id;
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});
beforeEach(() => {
  provider.state.broken = null;
  provider.state.lasting = true;
});

const clientFor = (redirectUri: string, name = 'main') => ({
  ...{ id: null, platformId: 'lab', name, clientId: LINK_CLIENT.id },
  settings: provider.settings(redirectUri),
});

type Code = Extract<LinkBegun, { way: 'code' }>;

async function begin(browser: Browser, more: object = {}): Promise<Code> {
  const answer = await browser.mutate('linking.begin', { clientId, way: 'code', ...more });
  return answer.data as Code;
}

async function finish(browser: Browser, address: string, attempt?: string): Promise<LinkStatus> {
  const answer = await browser.mutate('linking.finish', { address, ...(attempt && { attempt }) });
  expect(answer.error).toBeUndefined();
  return answer.data as LinkStatus;
}

function nobodyYet(sub: string): void {
  provider.state.person = { sub, email: `${sub}@example.com`, name: sub, plan: { name: 'pro' } };
}

const failedWith = (problem: string) => ({ state: 'failed', problem });

describe('signing in by a browser', () => {
  test('makes an account of the person, with what the platform tells of it', async () => {
    nobodyYet('first');
    const begun = await begin(ann);
    const asked = new URL(begun.address).searchParams;
    expect(asked.get('code_challenge_method')).toBe('S256');
    expect(asked.get('access_type')).toBe('offline');
    expect(begun.ownPage).toBe(false);
    const status = await finish(ann, provider.approve(begun.address), begun.attempt);
    expect(status).toMatchObject({ state: 'done', account: { email: 'first@example.com' } });
    const row = await app.infra.db.account.findFirstOrThrow({
      where: { name: 'first@example.com' },
      include: { owner: true, vaultToken: true },
    });
    expect(row).toMatchObject({
      kind: 'oauth',
      policyClass: 'personal',
      owner: { username: 'ann' },
    });
    expect(row.vaultToken).toMatchObject({ subject: 'first', plan: 'pro', clientId });
    const told = JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? '' : value));
    expect(told).not.toMatch(/rt-\d|at-\d/);
    const note = await app.infra.db.auditEvent.findFirst({ where: { action: 'accounts.link' } });
    expect(note).toMatchObject({ actorName: 'ann', targetId: row.id });
  });

  test('is good once, and not with another verifier', async () => {
    nobodyYet('once');
    const begun = await begin(ann);
    const back = provider.approve(begun.address);
    expect(await finish(ann, back)).toMatchObject({ state: 'done' });
    expect(await finish(ann, back)).toMatchObject(failedWith('used'));
    const other = await begin(ann);
    const stolen = new URL(back);
    stolen.searchParams.set('state', new URL(other.address).searchParams.get('state') ?? '');
    const foreign = await begin(ann);
    const code = new URL(provider.approve(foreign.address)).searchParams.get('code') ?? '';
    stolen.searchParams.set('code', code);
    expect(await finish(ann, stolen.href)).toMatchObject(failedWith('refused'));
  });

  test('belongs to the person and the session that began it', async () => {
    const begun = await begin(ann);
    const back = provider.approve(begun.address);
    expect(await finish(ben, back)).toMatchObject(failedWith('unknown'));
    expect(await finish(await signedIn('ann'), back)).toMatchObject(failedWith('unknown'));
    const asked = await ben.query('linking.status', { attempt: begun.attempt });
    expect(asked.data).toMatchObject(failedWith('unknown'));
    const json = { accept: 'application/json' };
    const door = await fetch(`${app.url}/api/oauth/callback${new URL(back).search}`, {
      headers: json,
    });
    expect(door.status).toBe(400);
    expect((await ann.query('linking.status', { attempt: begun.attempt })).data).toMatchObject({
      state: 'waiting',
    });
  });

  test.each([
    ['hello', 'no_address'],
    ['http://localhost:1455/auth/callback', 'no_state'],
    [`http://localhost:1455/auth/callback?code=a&state=${'x'.repeat(40)}`, 'unknown'],
  ])('says what is wrong with %s', async (address, problem) => {
    expect(await finish(ann, address)).toMatchObject(failedWith(problem));
  });

  test('says what is wrong with an address that has no code, or is for another sign-in', async () => {
    const [one, two] = [await begin(ann), await begin(ann)];
    const back = new URL(provider.approve(one.address));
    expect(await finish(ann, back.href, two.attempt)).toMatchObject(failedWith('other_attempt'));
    back.searchParams.delete('code');
    expect(await finish(ann, back.href, one.attempt)).toMatchObject(failedWith('no_code'));
    back.searchParams.set('error', 'access_denied');
    back.searchParams.set('error_description', '<b>no</b>\nnever');
    expect(await finish(ann, back.href, one.attempt)).toEqual({
      ...failedWith('denied'),
      detail: 'access_denied: <b>no</b> never',
    });
    const again = provider.approve(one.address);
    expect(await finish(ann, again)).toMatchObject(failedWith('used'));
  });

  test('takes ten minutes at most', async () => {
    const begun = await begin(ann);
    const back = provider.approve(begun.address);
    clock.advance(10 * MINUTE_MS);
    expect(await finish(ann, back)).toMatchObject(failedWith('expired'));
  });

  test.each([
    [{ status: 401, json: { error: 'invalid_client' } }, 'client'],
    [{ status: 503, json: {} }, 'unreachable'],
    [{ status: 200, json: { nothing: 1 } }, 'unreachable'],
  ])('tells what the token endpoint answers: %j', async (broken, problem) => {
    const begun = await begin(ann);
    provider.state.broken = broken;
    const back = provider.approve(begun.address);
    expect(await finish(ann, back)).toMatchObject(failedWith(problem));
  });

  test('needs a refresh token', async () => {
    nobodyYet('short');
    provider.state.lasting = false;
    const begun = await begin(ann);
    const back = provider.approve(begun.address);
    expect(await finish(ann, back)).toMatchObject(failedWith('no_refresh_token'));
  });
});

describe('an account that is there already', () => {
  test('gets the new tokens after the person was asked, and stays as it was without', async () => {
    nobodyYet('twice');
    const first = await begin(ann);
    const done = await finish(ann, provider.approve(first.address));
    const id = done.state === 'done' ? done.account.id : '';
    const hashOf = async () =>
      (await app.infra.db.vaultToken.findUniqueOrThrow({ where: { accountId: id } })).refreshHash;
    const before = await hashOf();
    const second = await begin(ann);
    const asking = await finish(ann, provider.approve(second.address));
    expect(asking).toMatchObject({ state: 'asking', account: { id } });
    expect(await hashOf()).toBe(before);
    const open = await ann.query('linking.open', undefined);
    expect(open.data).toMatchObject([{ status: { state: 'asking' } }]);
    const foreign = await ben.mutate('linking.replace', { attempt: second.attempt });
    expect(foreign.data).toMatchObject(failedWith('unknown'));
    const yes = await ann.mutate('linking.replace', { attempt: second.attempt });
    expect(yes.data).toMatchObject({ state: 'done', account: { id } });
    expect(await hashOf()).not.toBe(before);

    const third = await begin(ann);
    await finish(ann, provider.approve(third.address));
    const now = await hashOf();
    await ann.mutate('linking.cancel', { attempt: third.attempt });
    expect(await hashOf()).toBe(now);
    expect((await ann.query('linking.status', { attempt: third.attempt })).data).toMatchObject(
      failedWith('cancelled'),
    );
  });

  test('is signed in again by its owner, with the same account only', async () => {
    nobodyYet('again');
    const first = await begin(ann);
    const done = await finish(ann, provider.approve(first.address));
    const accountId = done.state === 'done' ? done.account.id : '';
    const ways = await ann.query('linking.clients', { accountId });
    expect(ways.data).toMatchObject([{ id: clientId, code: true, device: true }]);
    expect((await ben.query('linking.clients', { accountId })).data).toEqual([]);
    const foreign = await ben.mutate('linking.begin', { clientId, way: 'code', accountId });
    expect(foreign.error?.data.appCode).toBe('not_found');
    const again = await begin(ann, { accountId });
    expect(await finish(ann, provider.approve(again.address))).toMatchObject({
      state: 'done',
      account: { id: accountId },
    });
    const other = await begin(ann, { accountId });
    nobodyYet('somebody-else');
    expect(await finish(ann, provider.approve(other.address))).toMatchObject(
      failedWith('other_account'),
    );
  });

  test('is made for others by whoever may change everybody’s accounts only', async () => {
    const { id: ownerId } = await app.infra.db.user.findUniqueOrThrow({
      where: { username: 'ben' },
    });
    const refused = await ann.mutate('linking.begin', { clientId, way: 'code', ownerId });
    expect(refused.error?.data.appCode).toBe('forbidden');
    nobodyYet('for-ben');
    const begun = await begin(admin, { ownerId, name: 'Of Ben' });
    expect(await finish(admin, provider.approve(begun.address))).toMatchObject({
      state: 'done',
      account: { name: 'Of Ben' },
    });
  });
});

describe('signing in by a refresh token', () => {
  test('proves it first', async () => {
    nobodyYet('token');
    const link = (refreshToken: string) =>
      ann.mutate('linking.byToken', { clientId, refreshToken });
    expect((await link('rt-wrong')).data).toMatchObject(failedWith('refused'));
    expect((await link('rt-given')).data).toMatchObject({ state: 'done' });
    expect((await link('two words')).error?.data.appCode).toBe('bad_request');
  });
});

describe('signing in by a device', () => {
  type Device = Extract<LinkBegun, { way: 'device' }>;
  async function beginDevice(): Promise<Device> {
    const answer = await ann.mutate('linking.begin', { clientId, way: 'device' });
    return answer.data as Device;
  }
  const statusOf = async ({ attempt }: Device) =>
    (await ann.query('linking.status', { attempt })).data as LinkStatus;
  const pollOf = async ({ attempt }: Device) =>
    await app.infra.db.linkAttempt.findUniqueOrThrow({ where: { id: attempt } });
  /** Moves time to the next question, and waits until it was answered. */
  async function asked(device: Device): Promise<void> {
    const calls = () =>
      provider.calls.filter(({ body }) => body.includes('device_code=dc-1')).length;
    const before = calls();
    await vi.waitFor(async () => {
      clock.advance(1_000);
      expect(calls()).toBeGreaterThan(before);
    });
    await vi.waitFor(async () => {
      const { pollAt, state } = await pollOf(device);
      const isClaimed =
        state === 'waiting' && pollAt !== null && pollAt.getTime() - clock.now() > 61_000;
      expect(isClaimed || state === 'holding').toBe(false);
    });
  }
  const no = (error: string) => ({ status: 400, json: { error } });

  test('waits, slows down, and ends in an account while nobody looks', async () => {
    nobodyYet('device');
    provider.state.device = [no('authorization_pending'), no('slow_down')];
    const device = await beginDevice();
    expect(device).toMatchObject({ userCode: 'ABCD-EFGH' });
    expect((await ann.query('linking.open', undefined)).data).toMatchObject([
      { begun: { userCode: 'ABCD-EFGH' }, status: { state: 'waiting' } },
    ]);
    await asked(device);
    expect((await pollOf(device)).intervalMs).toBe(5_000);
    await asked(device);
    expect((await pollOf(device)).intervalMs).toBe(10_000);
    await asked(device);
    await vi.waitFor(async () => expect(await statusOf(device)).toMatchObject({ state: 'done' }));
  });

  test.each([
    ['access_denied', 'denied'],
    ['expired_token', 'expired'],
    ['invalid_client', 'client'],
  ])('ends with %s', async (error, problem) => {
    provider.state.device = [no(error)];
    const device = await beginDevice();
    await asked(device);
    await vi.waitFor(async () => expect(await statusOf(device)).toMatchObject(failedWith(problem)));
  });
});
