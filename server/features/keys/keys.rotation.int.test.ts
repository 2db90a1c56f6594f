import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KeyCreated, KeysChanged, KeysPage } from '#shared/schemas/keys.ts';
import type { Browser } from '../../testing/browser.ts';
import type { TestConsole } from '../../testing/console.ts';
import {
  heardOf,
  type KeyReplica,
  type KeyReplicas,
  makeKey,
  startKeyReplicas,
} from '../../testing/key-replicas.ts';
import { refusalBattery } from '../../testing/refusals.ts';
import type { Principals } from './index.ts';

let console: TestConsole;
let here: KeyReplica;
let there: KeyReplica;
let admin: Browser;
let ann: { id: string; browser: Browser };
let ben: typeof ann;

let replicas: KeyReplicas;
beforeAll(async () => {
  replicas = await startKeyReplicas();
  ({ console, here, there } = replicas);
  admin = (await console.signedIn('admin')).browser;
  ann = await console.signedIn('member');
  ben = await console.signedIn('member');
});
afterAll(() => replicas[Symbol.asyncDispose]());

const HOME = '203.0.113.9';

async function rotate(browser: Browser, id: string, overlapMinutes: number): Promise<KeyCreated> {
  const answer = await browser.mutate('keys.rotate', { id, overlapMinutes });
  if (answer.error) throw new Error(answer.text);
  return answer.data as KeyCreated;
}

/** Null when it is let in, else the error's code and words. */
const refusalOf = (lookup: Principals, secret: string, address = HOME) =>
  lookup
    .find(secret, () => address)
    .then(
      () => null,
      (error: unknown) => String(error),
    );

const anyKey = { id: '019f0000-0000-7000-8000-000000000000' };
const cases: [path: string, input: object][] = [
  ['keys.rotate', { ...anyKey, overlapMinutes: 0 }],
  ['keys.endOverlap', anyKey],
  ['keys.switch', { ids: [anyKey.id], on: false }],
  ['keys.revokeMany', { ids: [anyKey.id] }],
];
for (const [path, input] of cases) {
  refusalBattery(path, { console: () => console, call: (b) => b.mutate(path, input) });
}

describe('a rotated key', () => {
  test('has two secrets until the old one’s end, which no event has to tell', async () => {
    const { key, secret: old } = await makeKey(ann.browser);
    expect(await refusalOf(there.lookup, old)).toBeNull();
    const arrived = heardOf(there.events, 'keys', key.id);
    const { key: view, secret } = await rotate(ann.browser, key.id, 60);
    expect(secret).not.toBe(old);
    expect(view).toMatchObject({ id: key.id, prefix: `${secret.slice(0, 8)}…` });
    expect(view.previousUntil).toBe(new Date(console.clock.now() + 3_600_000).toISOString());
    await arrived;
    for (const { lookup } of [here, there]) {
      const [first, second] = [
        await lookup.find(old, () => HOME),
        await lookup.find(secret, () => HOME),
      ];
      expect(first).toEqual(second);
    }
    console.clock.advance(3_599_999);
    expect(await refusalOf(there.lookup, old)).toBeNull();
    console.clock.advance(1);
    for (const { lookup } of [here, there]) {
      expect(await refusalOf(lookup, old)).toContain('replaced by a new one');
      expect(await refusalOf(lookup, secret)).toBeNull();
    }
    const list = ((await ann.browser.query('keys.list', {})).data as KeysPage).rows;
    expect(list.find(({ id }) => id === key.id)?.previousUntil).toBeNull();
  });

  test('without an overlap, or rotated again, its older secret ends at once', async () => {
    const { key, secret: first } = await makeKey(ann.browser);
    const { secret: second } = await rotate(ann.browser, key.id, 60);
    const { secret: third } = await rotate(ann.browser, key.id, 10_080);
    expect(await refusalOf(here.lookup, first)).toContain('not valid');
    expect(await refusalOf(here.lookup, second)).toBeNull();
    const { secret: fourth } = await rotate(ann.browser, key.id, 0);
    expect(await refusalOf(here.lookup, third)).toContain('replaced');
    expect(await refusalOf(here.lookup, fourth)).toBeNull();
  });

  test('its overlap can be ended, elsewhere with the event', async () => {
    const { key, secret: old } = await makeKey(ann.browser);
    const { secret } = await rotate(ann.browser, key.id, 60);
    expect(await refusalOf(there.lookup, old)).toBeNull();
    const arrived = heardOf(there.events, 'keys', key.id);
    const ended = await ann.browser.mutate('keys.endOverlap', { id: key.id });
    expect(ended.data).toMatchObject({ previousUntil: null, state: 'active' });
    expect(await refusalOf(here.lookup, old)).toContain('replaced');
    await arrived;
    expect(await refusalOf(there.lookup, old)).toContain('replaced');
    expect(await refusalOf(there.lookup, secret)).toBeNull();
  });

  test('is revoked with both secrets, and then not rotated again', async () => {
    const { key, secret: old } = await makeKey(ann.browser);
    const { secret } = await rotate(ann.browser, key.id, 60);
    await ann.browser.mutate('keys.revoke', { id: key.id });
    expect(await refusalOf(here.lookup, old)).toContain('revoked');
    expect(await refusalOf(here.lookup, secret)).toContain('revoked');
    const again = await ann.browser.mutate('keys.rotate', { id: key.id, overlapMinutes: 0 });
    expect(again.error?.data.appCode).toBe('conflict');
  });

  test('is its owner’s or an admin’s to rotate, and no hash is told', async () => {
    const { key, secret } = await makeKey(ann.browser);
    for (const path of ['keys.rotate', 'keys.endOverlap']) {
      const answer = await ben.browser.mutate(path, { id: key.id, overlapMinutes: 5 });
      expect(answer.error?.data.appCode).toBe('not_found');
    }
    expect(await refusalOf(here.lookup, secret)).toBeNull();
    await rotate(admin, key.id, 5);
    const row = await console.db.apiKey.findUniqueOrThrow({ where: { id: key.id } });
    const { text } = await ann.browser.query('keys.list', {});
    expect(text).not.toContain(row.secretHash);
    expect(text).not.toContain(row.previousHash);
  });

  test.each([-1, 10_081, 1.5, '60', null])(
    'an overlap of %j minutes is refused',
    async (minutes) => {
      const input = { ...anyKey, overlapMinutes: minutes };
      const answer = await ann.browser.mutate('keys.rotate', input);
      expect(answer.error?.data.appCode).toBe('bad_request');
    },
  );
});

describe('switching off', () => {
  test('refuses at once here and with the event elsewhere, until it is switched on', async () => {
    const { key, secret } = await makeKey(ann.browser);
    expect(await refusalOf(there.lookup, secret)).toBeNull();
    const arrived = heardOf(there.events, 'keys', key.id);
    const off = await ann.browser.mutate('keys.switch', { ids: [key.id], on: false });
    expect(off.data).toEqual({ changed: 1 } satisfies KeysChanged);
    expect(await refusalOf(here.lookup, secret)).toContain('switched off');
    await arrived;
    expect(await refusalOf(there.lookup, secret)).toContain('switched off');
    const list = ((await ann.browser.query('keys.list', {})).data as KeysPage).rows;
    expect(list.find(({ id }) => id === key.id)).toMatchObject({
      state: 'disabled',
      disabled: true,
    });
    await ann.browser.mutate('keys.switch', { ids: [key.id], on: true });
    expect(await refusalOf(here.lookup, secret)).toBeNull();
  });

  test('and revoking many change the caller’s own only; an admin’s, all', async () => {
    const [mine, other] = [await makeKey(ann.browser), await makeKey(ben.browser)];
    const ids = [mine.key.id, other.key.id, anyKey.id];
    expect((await ann.browser.mutate('keys.switch', { ids, on: false })).data).toEqual({
      changed: 1,
    });
    expect((await ann.browser.mutate('keys.revokeMany', { ids })).data).toEqual({ changed: 1 });
    expect(await refusalOf(here.lookup, other.secret)).toBeNull();
    expect(await refusalOf(here.lookup, mine.secret)).toContain('revoked');
    // What is revoked stays so, and is not counted again.
    expect((await admin.mutate('keys.switch', { ids, on: true })).data).toEqual({ changed: 0 });
    expect((await admin.mutate('keys.revokeMany', { ids })).data).toEqual({ changed: 1 });
    expect(await refusalOf(here.lookup, other.secret)).toContain('revoked');
  });
});

describe('addresses and scopes', () => {
  test('a list of addresses is asked for the caller’s, a key without one asks nobody', async () => {
    const { key, secret } = await makeKey(ann.browser, {
      addresses: ['10.9.9.9/8', '2001:DB8::/32', '10.0.0.0/8'],
    });
    expect(key.addresses).toEqual(['10.0.0.0/8', '2001:db8::/32']);
    expect(await refusalOf(here.lookup, secret, '::ffff:10.1.1.1')).toBeNull();
    const refusal = await refusalOf(here.lookup, secret, HOME);
    expect(refusal).toContain(HOME);
    expect(refusal).not.toContain('10.0');
    expect(await refusalOf(here.lookup, secret, '<b>')).toContain('from this address');
    const open = await makeKey(ann.browser);
    const asked = () => {
      throw new Error('asked');
    };
    expect(await here.lookup.find(open.secret, asked)).toMatchObject({ keyId: open.key.id });
  });

  test('a use that was refused for its address is none', async () => {
    const { key, secret } = await makeKey(ann.browser, { addresses: ['10.0.0.1'] });
    await refusalOf(here.lookup, secret, HOME);
    await here.lookup.flush();
    const row = await console.db.apiKey.findUniqueOrThrow({ where: { id: key.id } });
    expect(row.lastUsedAt).toBeNull();
  });

  test('scopes reach the request path, each once', async () => {
    const { key, secret } = await makeKey(ann.browser, { scopes: ['models', 'chat', 'models'] });
    expect(key.scopes).toEqual(['chat', 'models']);
    expect(await here.lookup.find(secret, () => HOME)).toMatchObject({
      scopes: ['chat', 'models'],
    });
    await ann.browser.mutate('keys.update', { id: key.id, scopes: [], description: ' of ann ' });
    expect(await here.lookup.find(secret, () => HOME)).toMatchObject({ scopes: [] });
  });

  test('budgets come with what was spent; a key without one with nothing', async () => {
    const { key } = await makeKey(ann.browser, { costPerDay: 5, description: 'of ann' });
    const { key: free } = await makeKey(ann.browser);
    const list = ((await ann.browser.query('keys.list', {})).data as KeysPage).rows;
    expect(list.find(({ id }) => id === key.id)).toMatchObject({
      ...{ costPerDay: 5, costPerMonth: null, costToday: 3, costThisMonth: 9, moreLimits: 0 },
      description: 'of ann',
    });
    expect(list.find(({ id }) => id === free.id)).toMatchObject({ costPerDay: null, costToday: 0 });
  });

  test.each([
    { addresses: ['10.0.0.0/33'] },
    { addresses: ['example.com'] },
    { addresses: ['fe80::1%eth0'] },
    { addresses: Array.from({ length: 101 }, (_, n) => `10.0.0.${n}`) },
    { addresses: 'everywhere' },
    { scopes: ['admin'] },
    { scopes: ['__proto__'] },
    { description: 'x'.repeat(501) },
    { costPerDay: -1 },
  ])('%j is refused', async (more) => {
    const answer = await ann.browser.mutate('keys.create', { name: 'x', ...more });
    expect(answer.error?.data.appCode).toBe('bad_request');
  });
});
