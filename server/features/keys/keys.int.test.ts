import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KeysPage } from '#shared/schemas/keys.ts';
import { sha256hex } from '../../infra/ids.ts';
import { withTx } from '../../infra/prisma/client.ts';
import { asActor } from '../../testing/actor.ts';
import type { Browser } from '../../testing/browser.ts';
import type { TestConsole } from '../../testing/console.ts';
import {
  heardOf,
  type KeyReplica,
  type KeyReplicas,
  keysOf,
  makeKey,
  startKeyReplicas,
} from '../../testing/key-replicas.ts';
import { refusalBattery } from '../../testing/refusals.ts';
import { createAudit } from '../audit/index.ts';
import { saveLimits } from '../quotas/index.ts';
import { createKeyLookup, createKeyLookupRepo, type Principals } from './index.ts';

/** As an admin's change of their user would. */
const limitUser = (id: string, limits: Parameters<typeof saveLimits>[3]) =>
  withTx(console.db, (tx) => saveLimits(tx, 'user', id, limits));

let console: TestConsole;
let here: KeyReplica;
let there: KeyReplica;
let admin: Browser;
let ann: { id: string; username: string; browser: Browser };
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

const anywhere = () => '203.0.113.9';

const refusalOf = (lookup: Principals, secret: string) =>
  lookup.find(secret, anywhere).then(
    () => null,
    (error: unknown) => error,
  );

const anyKey = { id: '019f0000-0000-7000-8000-000000000000' };
refusalBattery('keys.list', { console: () => console, call: (b) => b.query('keys.list', {}) });
refusalBattery('keys.find', { console: () => console, call: (b) => b.query('keys.find', {}) });
refusalBattery('keys.create', {
  console: () => console,
  call: (b) => b.mutate('keys.create', { name: 'x' }),
});
refusalBattery('keys.update', {
  console: () => console,
  call: (b) => b.mutate('keys.update', { ...anyKey, name: 'x' }),
});
refusalBattery('keys.revoke', {
  console: () => console,
  call: (b) => b.mutate('keys.revoke', anyKey),
});

describe('a new key', () => {
  test('shows its secret once and keeps a hash', async () => {
    const { key, secret } = await makeKey(ann.browser, {
      rpm: 60,
      tokensPerDay: 1_000,
      allowedModels: ['gpt-lab'],
      expiresAt: '2027-01-01T00:00:00Z',
    });
    expect(key).toMatchObject({
      ownerId: ann.id,
      ownerName: ann.username,
      state: 'active',
      prefix: `${secret.slice(0, 8)}…`,
      rpm: 60,
      tokensPerDay: 1_000,
      moreLimits: 0,
      allowedModels: ['gpt-lab'],
      expiresAt: '2027-01-01T00:00:00.000Z',
    });
    const row = await console.db.apiKey.findUniqueOrThrow({ where: { id: key.id } });
    expect(row.secretHash).toBe(sha256hex(secret));
    const list = await ann.browser.query('keys.list', {});
    expect(list.text).not.toContain(secret.slice(8));
    expect(list.text).not.toContain(row.secretHash);
    expect((list.data as KeysPage).rows.find(({ id }) => id === key.id)).toMatchObject({
      tokensToday: 7,
      zone: 'Asia/Kathmandu',
    });
  });

  test('works on every replica at once, with the limits of its owner and its own', async () => {
    await limitUser(ann.id, { rpm: 5, tokensPerDay: 9 });
    const { key, secret } = await makeKey(ann.browser, { rpm: 60, allowedModels: ['a'] });
    for (const { lookup } of [here, there]) {
      expect(await lookup.find(secret, anywhere)).toEqual({
        userId: ann.id,
        keyId: key.id,
        allowedModels: ['a'],
        scopes: [],
        preferShared: false,
        rules: [
          { subject: 'user', id: ann.id, metric: 'requests-per-minute', limit: 5 },
          { subject: 'user', id: ann.id, metric: 'tokens-per-day', limit: 9 },
          { subject: 'key', id: key.id, metric: 'requests-per-minute', limit: 60 },
        ],
      });
    }
  });

  test('cannot end in the past', async () => {
    const answer = await ann.browser.mutate('keys.create', {
      name: 'x',
      expiresAt: new Date(console.clock.now()).toISOString(),
    });
    expect(answer.error?.data).toMatchObject({ appCode: 'bad_request', param: 'expiresAt' });
  });
});

describe('whose keys', () => {
  test('members see their own, admins everybody’s when they ask', async () => {
    const { key } = await makeKey(ann.browser);
    const of = async (browser: Browser, input: object) =>
      ((await browser.query('keys.list', input)).data as KeysPage).rows.map(({ id }) => id);
    expect(await of(ann.browser, {})).toContain(key.id);
    expect(await of(ben.browser, {})).not.toContain(key.id);
    expect(await of(admin, {})).not.toContain(key.id);
    expect(await of(admin, { all: true })).toContain(key.id);
    const asked = await ben.browser.query('keys.list', { all: true });
    expect(asked.error?.data.appCode).toBe('forbidden');
    expect(asked.text).not.toContain(key.id);
  });

  test('a member can neither change nor revoke another’s, and cannot tell that it exists', async () => {
    const { key, secret } = await makeKey(ann.browser);
    const tries = [
      await ben.browser.mutate('keys.update', { id: key.id, rpm: 1 }),
      await ben.browser.mutate('keys.revoke', { id: key.id }),
    ];
    const nowhere = await ben.browser.mutate('keys.revoke', anyKey);
    for (const answer of tries) {
      expect(answer.error?.data.appCode).toBe('not_found');
      expect(answer.error?.message).toBe(nowhere.error?.message);
    }
    expect(await refusalOf(here.lookup, secret)).toBeNull();
    const row = await console.db.apiKey.findUniqueOrThrow({ where: { id: key.id } });
    expect(row).toMatchObject({ revokedAt: null });
    expect(await console.db.quotaRule.count({ where: { subjectId: key.id } })).toBe(0);
  });

  test('an admin may change and revoke anybody’s', async () => {
    const { key } = await makeKey(ann.browser);
    const changed = await admin.mutate('keys.update', { id: key.id, name: 'renamed', rpm: 3 });
    expect(changed.data).toMatchObject({ name: 'renamed', rpm: 3, ownerId: ann.id });
    expect((await admin.mutate('keys.revoke', { id: key.id })).data).toMatchObject({
      state: 'revoked',
    });
  });

  test('an owner or other fields cannot be slipped in', async () => {
    const { key } = await makeKey(ben.browser, { ownerId: ann.id, id: ann.id });
    expect(key.ownerId).toBe(ben.id);
    expect(key.id).not.toBe(ann.id);
  });
});

describe('changes reach the request path', () => {
  test('a revoked key is refused at once here, and on another replica with the event', async () => {
    const { key, secret } = await makeKey(ann.browser);
    await Promise.all([here.lookup.find(secret, anywhere), there.lookup.find(secret, anywhere)]);
    const arrived = heardOf(there.events, 'keys', key.id);
    await ann.browser.mutate('keys.revoke', { id: key.id });
    expect(await refusalOf(here.lookup, secret)).toMatchObject({ code: 'key_invalid' });
    await arrived;
    const refusal = await refusalOf(there.lookup, secret);
    expect(refusal).toMatchObject({ code: 'key_invalid' });
    expect(String(refusal)).toContain('revoked');
  });

  test('this process does not wait for the event', async () => {
    const deaf = { ...here.events, on: () => () => undefined };
    const lookup = createKeyLookup({
      repo: createKeyLookupRepo(here.pool),
      changes: deaf,
      clock: console.clock,
      onError: () => undefined,
    });
    const service = keysOf({ ...console, audit: createAudit({ clock: console.clock }) }, lookup);
    const actor = asActor({ ...ann, displayName: '', role: 'member' });
    const { key, secret } = await makeKey(ann.browser);
    await lookup.find(secret, anywhere);
    await service.update(actor, { id: key.id, allowedModels: ['c'] });
    expect(await lookup.find(secret, anywhere)).toMatchObject({ allowedModels: ['c'] });
    await service.revoke(actor, key.id);
    expect(await refusalOf(lookup, secret)).toMatchObject({ code: 'key_invalid' });
    await lookup.close();
  });

  test('a revoked key cannot be changed, and revoking again keeps the date', async () => {
    const { key } = await makeKey(ann.browser);
    await ann.browser.mutate('keys.revoke', { id: key.id });
    const { revokedAt } = await console.db.apiKey.findUniqueOrThrow({ where: { id: key.id } });
    console.clock.advance(1_000);
    const again = await ann.browser.mutate('keys.revoke', { id: key.id });
    expect(again.data).toMatchObject({ state: 'revoked' });
    const changed = await ann.browser.mutate('keys.update', { id: key.id, expiresAt: null });
    expect(changed.error?.data.appCode).toBe('conflict');
    const row = await console.db.apiKey.findUniqueOrThrow({ where: { id: key.id } });
    expect(row.revokedAt).toEqual(revokedAt);
  });

  test.each([
    ['disabled', 'user_disabled'],
    ['silenced', 'user_silenced'],
  ])('a %s owner’s keys are refused on every replica', async (state, refused) => {
    const eve = await console.signedIn('member');
    const { secret } = await makeKey(eve.browser);
    await Promise.all([here.lookup.find(secret, anywhere), there.lookup.find(secret, anywhere)]);
    const arrived = [heardOf(here.events, 'users', eve.id), heardOf(there.events, 'users', eve.id)];
    await admin.mutate('users.update', { id: eve.id, state });
    await Promise.all(arrived);
    for (const { lookup } of [here, there]) {
      expect(await refusalOf(lookup, secret)).toMatchObject({ code: refused });
      await expect(lookup.ofUser(eve.id)).rejects.toMatchObject({ code: refused });
    }
  });

  test('what a trust level may counts for each of its people, and gives way to their own', async () => {
    const eve = await console.signedIn('member');
    const { secret } = await makeKey(eve.browser, { rpm: 7 });
    const rule = { subject: 'trust-level', subjectId: '3' };
    await console.db.quotaRule.createMany({
      data: [
        { ...rule, metric: 'requests-per-minute', most: 5 },
        { ...rule, metric: 'concurrency', most: 2 },
        { subject: 'user', subjectId: eve.id, metric: 'concurrency', most: 9 },
      ],
    });
    await console.db.user.update({ where: { id: eve.id }, data: { trustLevel: 3 } });
    const ofEve = { subject: 'user', id: eve.id } as const;
    const rpm = { ...ofEve, metric: 'requests-per-minute', limit: 5, trustLevel: 3 };
    const own = { ...ofEve, metric: 'concurrency', limit: 9 };
    const { rules, keyId } = await here.lookup.find(secret, anywhere);
    const ofKey = { subject: 'key', id: keyId, metric: 'requests-per-minute', limit: 7 };
    expect(rules).toEqual([own, rpm, ofKey]);
    expect((await here.lookup.ofUser(eve.id)).rules).toEqual([own, rpm]);
    await console.db.quotaRule.deleteMany({ where: { subject: 'trust-level' } });
  });

  test('a key ends at its expiry although nothing happens then', async () => {
    const expiresAt = new Date(console.clock.now() + 60_000).toISOString();
    const { secret } = await makeKey(ann.browser, { expiresAt });
    await here.lookup.find(secret, anywhere);
    console.clock.advance(59_999);
    expect(await refusalOf(here.lookup, secret)).toBeNull();
    console.clock.advance(1);
    const refusal = await refusalOf(here.lookup, secret);
    expect(refusal).toMatchObject({ code: 'key_invalid' });
    expect(String(refusal)).toContain(`expired at ${expiresAt}`);
  });

  test('new limits hold for the next request', async () => {
    const { key, secret } = await makeKey(ann.browser);
    await here.lookup.find(secret, anywhere);
    await ann.browser.mutate('keys.update', { id: key.id, tokensPerDay: 5, allowedModels: ['b'] });
    expect(await here.lookup.find(secret, anywhere)).toMatchObject({
      allowedModels: ['b'],
      rules: [
        { subject: 'user' },
        { subject: 'user' },
        { subject: 'key', metric: 'tokens-per-day', limit: 5 },
      ],
    });
  });

  test('“any of them” makes every entry be read again', async () => {
    const { key, secret } = await makeKey(ann.browser);
    await there.lookup.find(secret, anywhere);
    await console.db.apiKey.update({ where: { id: key.id }, data: { revokedAt: new Date() } });
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = there.events.on('keys', () => resolve());
    await here.events.publish(here.pool, 'keys', { ids: [] });
    await promise;
    stop();
    expect(await refusalOf(there.lookup, secret)).toMatchObject({ code: 'key_invalid' });
  });
});

describe('what is no key', () => {
  test.each(['', 'sk-abc', 'gh-', `Bearer gh-${'a'.repeat(43)}`, `gh-${'a'.repeat(1_000)}`])(
    '%j is refused without asking the database',
    async (secret) => {
      const repo = {
        findKeys: () => Promise.reject(new Error('asked')),
        findUsers: () => Promise.reject(new Error('asked')),
        touch: async () => undefined,
      };
      const lookup = createKeyLookup({
        repo,
        changes: here.events,
        clock: console.clock,
        onError: () => undefined,
      });
      expect(await refusalOf(lookup, secret)).toMatchObject({ code: 'key_invalid' });
      await lookup.close();
    },
  );

  test('an unknown key is refused in words that do not tell why', async () => {
    const refusal = await refusalOf(here.lookup, `gh-${'a'.repeat(43)}`);
    expect(refusal).toMatchObject({ code: 'key_invalid' });
    expect(String(refusal)).not.toMatch(/revoked|expired|unknown|exist/);
  });
});

test('a person without a key asks under their own limits', async () => {
  await limitUser(ben.id, { rpm: 2 });
  expect(await here.lookup.ofUser(ben.id)).toEqual({
    userId: ben.id,
    keyId: null,
    allowedModels: [],
    scopes: [],
    preferShared: false,
    rules: [{ subject: 'user', id: ben.id, metric: 'requests-per-minute', limit: 2 }],
  });
  await expect(here.lookup.ofUser(anyKey.id)).rejects.toMatchObject({ code: 'not_signed_in' });
});

test('a wish for lent accounts counts on every replica', async () => {
  const { secret } = await makeKey(ann.browser);
  expect(await there.lookup.find(secret, anywhere)).toMatchObject({ preferShared: false });
  await ann.browser.mutate('sessions.prefer', { preferShared: true });
  await expect
    .poll(async () => (await there.lookup.find(secret, anywhere)).preferShared, { timeout: 5_000 })
    .toBe(true);
  expect(await there.lookup.ofUser(ann.id)).toMatchObject({ preferShared: true });
  await ann.browser.mutate('sessions.prefer', { preferShared: false });
});

test('when a key was last used is written in batches and never moves back', async () => {
  const { key, secret } = await makeKey(ann.browser);
  await here.lookup.find(secret, anywhere);
  const read = async () =>
    (await console.db.apiKey.findUniqueOrThrow({ where: { id: key.id } })).lastUsedAt;
  expect(await read()).toBeNull();
  const usedAt = new Date(console.clock.now());
  await here.lookup.flush();
  expect(await read()).toEqual(usedAt);
  await createKeyLookupRepo(here.pool).touch([{ keyId: key.id, at: usedAt.getTime() - 5_000 }]);
  expect(await read()).toEqual(usedAt);
});
