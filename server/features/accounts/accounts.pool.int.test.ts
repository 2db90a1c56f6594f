import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Candidate, Principal } from '../../gateway/ports.ts';
import { type SupplyConsole, startSupplyConsole } from '../../testing/supply-console.ts';

const KEY = 'sk-planted-7c1f9e2b-abcd';

const failed = (message: string) =>
  ({ kind: 'failed', cause: 'server', returnsAt: null, message }) as const;

let h: SupplyConsole;
beforeAll(async () => {
  h = await startSupplyConsole();
});
afterAll(() => h[Symbol.asyncDispose]());

/** A person with one account on `lab`, and what the pool offers them. */
async function someone(shared = false) {
  const person = await h.signedIn('member');
  const input = { platformId: 'lab', name: 'mine', apiKey: KEY, shared };
  const { data } = await person.browser.mutate('accounts.create', input);
  const { id } = data as { id: string };
  const candidate = (): Candidate | undefined => {
    const principal: Principal = {
      userId: person.id,
      keyId: null,
      allowedModels: [],
      scopes: [],
      rules: [],
    };
    const routes = [{ platformId: 'lab', upstreamModel: 'tiny', weight: 1, priority: 0 }];
    const { candidates } = h.pool.consider(routes, { principal, model: 'm' });
    return candidates.find((found) => found.accountId === id);
  };
  const row = () => h.db.account.findUniqueOrThrow({ where: { id } });
  async function take() {
    const found = candidate();
    if (!found) throw new Error('the account is not offered');
    return h.pool.take(found);
  }
  return { ...person, accountId: id, candidate, row, take };
}

test('hands out the key as it was entered', async () => {
  const ada = await someone();
  expect((await ada.take()).secret).toBe(KEY);
});

test('an expired account is stored as such, without the key, and every replica hears of it', async () => {
  const ada = await someone();
  const heard: (readonly string[])[] = [];
  const stop = h.events.on('accounts', ({ ids }) => void heard.push(ids));
  h.pool.finish(await ada.take(), { kind: 'unauthorised', message: `no: ${KEY}` });
  expect(ada.candidate()).toBeUndefined();
  await vi.waitFor(() => expect(heard).toContainEqual([ada.accountId]));
  stop();
  expect(await ada.row()).toMatchObject({
    state: 'expired',
    lastError: 'no: …',
    lastErrorAt: new Date(h.clock.now()),
  });
});

test('a refusal of a key that was changed meanwhile expires nothing', async () => {
  const ada = await someone();
  const target = await ada.take();
  await ada.browser.mutate('accounts.update', { id: ada.accountId, apiKey: 'sk-new-key-0000' });
  h.pool.finish(target, { kind: 'unauthorised', message: 'no' });
  expect((await ada.take()).secret).toBe('sk-new-key-0000');
  expect((await ada.row()).state).toBe('active');
});

test('the accounts of a disabled person leave every pool, and return with the person', async () => {
  const ada = await someone(true);
  const setState = async (state: string) => {
    const admin = await h.signedIn('admin');
    const { error } = await admin.browser.mutate('users.update', { id: ada.id, state });
    expect(error).toBeUndefined();
  };
  await setState('disabled');
  await vi.waitFor(() => expect(ada.candidate()).toBeUndefined());
  await setState('active');
  await vi.waitFor(() => expect(ada.candidate()).toBeDefined());
});

test('a change another replica made is heard', async () => {
  const ada = await someone();
  await h.db.account.update({ where: { id: ada.accountId }, data: { state: 'disabled' } });
  await h.db
    .$executeRaw`SELECT pg_notify('gatehouse_accounts', ${JSON.stringify({ ids: [ada.accountId] })})`;
  await vi.waitFor(() => expect(ada.candidate()).toBeUndefined());
});

test('uses and the last error are written together, and never turned back', async () => {
  const ada = await someone();
  const first = await ada.take();
  const second = await ada.take();
  h.pool.finish(first, failed(`broke ${KEY}`));
  h.pool.finish(second, { kind: 'neutral' });
  const at = new Date(h.clock.now());
  expect((await ada.row()).lastUsedAt).toBeNull();
  h.clock.advance(60_000);
  await vi.waitFor(async () => expect((await ada.row()).lastUsedAt).toEqual(at));
  expect(await ada.row()).toMatchObject({
    lastError: 'broke …',
    lastErrorAt: at,
    state: 'cooling',
  });
  const later = new Date(at.getTime() + 9_999_999);
  await h.db.account.update({ where: { id: ada.accountId }, data: { lastUsedAt: later } });
  h.pool.finish(await ada.take(), failed('again'));
  h.clock.advance(60_000);
  await vi.waitFor(async () => expect((await ada.row()).lastError).toBe('again'));
  expect((await ada.row()).lastUsedAt).toEqual(later);
});
