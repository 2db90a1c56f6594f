import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { sha256hex } from '#server/infra/ids.ts';
import {
  type AuthorizationServer,
  authorizationServer,
} from '#server/testing/authorization-server.ts';
import { type VaultReplicas, vaultReplicas } from '#server/testing/vault-replicas.ts';

let issuer: AuthorizationServer;
let h: VaultReplicas;
beforeAll(async () => {
  issuer = await authorizationServer();
  h = await vaultReplicas(issuer);
});
afterAll(async () => {
  await h?.[Symbol.asyncDispose]();
  await issuer?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  issuer.calls.length = 0;
  issuer.state.troubles = [];
  issuer.state.graceMs = 0;
});

test('a token is rotated, and what was stored is what the platform gave', async () => {
  const { vault } = await h.server();
  const { id, token } = await h.account(vault);
  const result = await vault.refresh(id, { trigger: 'person' });
  expect(result.outcome).toBe('rotated');
  const now = (await vault.refreshTokenOf(id)) ?? '';
  expect(now).not.toBe(token);
  expect(issuer.isGood(now)).toBe(true);
  expect(issuer.isAccess((await vault.accessTokenOf(id)) ?? '')).toBe(true);
  const [row] = await vault.find({ accountId: id });
  expect(row).toMatchObject({ refreshHash: sha256hex(now), failure: null, hasPrevious: true });
});

test('fifty refreshes at once on two servers ask the platform once', async () => {
  const [one, two] = [await h.server(), await h.server()];
  const { id } = await h.account(one.vault);
  const hold = Promise.withResolvers<void>();
  issuer.state.hold = hold.promise;
  const next = issuer.next();
  const asked = Array.from({ length: 50 }, (_, n) =>
    (n % 2 ? one : two).vault.refresh(id, { trigger: 'person' }),
  );
  await next;
  issuer.state.hold = null;
  hold.resolve();
  const outcomes = new Set((await Promise.all(asked)).map(({ outcome }) => outcome));
  expect([issuer.calls.length, [...outcomes]]).toEqual([1, ['rotated']]);
});

const stateOf = async (id: string) => {
  const { rows } = await h.pool.query('SELECT state, state_cause FROM accounts WHERE id = $1', [
    id,
  ]);
  return rows[0];
};

test('a used token expires its account, which is left alone until a person brings a new one', async () => {
  const { vault } = await h.server();
  const { id, token } = await h.account(vault);
  issuer.refreshed(token);
  const first = await vault.refresh(id, { trigger: 'schedule' });
  expect(first.outcome).toBe('reused');
  expect(await stateOf(id)).toEqual({ state: 'expired', state_cause: 'credential' });
  const asked = issuer.calls.length;
  expect((await vault.refresh(id, { trigger: 'lease' })).outcome).toBe('reused');
  await expect(vault.lease(id, { minTtlMs: 0, trigger: 'lease' })).rejects.toMatchObject({
    code: 'refresh_failed',
  });
  expect(issuer.calls.length).toBe(asked);
  await vault.replace(id, { refreshToken: issuer.family() });
  expect(await stateOf(id)).toEqual({ state: 'active', state_cause: null });
  expect((await vault.refresh(id, { trigger: 'lease' })).outcome).toBe('rotated');
});

test('passing failures keep the token and wait longer each time; a lost answer is saved by a grace', async () => {
  const { vault } = await h.server();
  const { id } = await h.account(vault);
  issuer.state.graceMs = 60_000;
  issuer.state.troubles = ['reset', 'html', 'busy', 'limited', 'half', 'lost'];
  const seen: string[] = [];
  for (let n = 0; n < 7; n += 1) {
    seen.push((await vault.refresh(id, { trigger: 'person' })).outcome);
  }
  const passing = 'transient';
  expect(seen).toEqual([passing, passing, passing, 'rate_limited', passing, passing, 'rotated']);
  expect(issuer.isGood((await vault.refreshTokenOf(id)) ?? '')).toBe(true);
  expect(await stateOf(id)).toMatchObject({ state: 'active' });
});

test('a lease gives the present token while it lives long enough, else a new one', async () => {
  const { vault } = await h.server();
  const { id } = await h.account(vault);
  const ask = (minutes: number) =>
    vault.lease(id, { minTtlMs: minutes * 60_000, trigger: 'lease' });
  const first = await ask(0);
  expect([first.refreshed, issuer.isAccess(first.accessToken)]).toEqual([true, true]);
  expect(await ask(30)).toMatchObject({ refreshed: false, accessToken: first.accessToken });
  expect((await ask(61)).accessToken).not.toBe(first.accessToken);
});

test('a claim of a server that stopped is left alone for the grace, then taken over', async () => {
  let time = Date.now();
  const { vault } = await h.server({ databaseTime: () => new Date(time) });
  const { id } = await h.account(vault);
  await h.pool.query(
    `UPDATE vault_tokens SET claimed_by = 'dead', claimed_until = $2 WHERE account_id = $1`,
    [id, new Date(time)],
  );
  time += 599_000;
  expect(await vault.refresh(id, { trigger: 'person' })).toMatchObject({ outcome: 'transient' });
  expect(issuer.calls).toHaveLength(0);
  time += 2_000;
  expect(await vault.refresh(id, { trigger: 'person' })).toMatchObject({ outcome: 'rotated' });
});

test('what is there already is known by its token, and numbers of elsewhere are kept where free', async () => {
  const { vault } = await h.server();
  const { id, token, ownerId } = { ...(await h.account(vault)), ownerId: h.ownerId };
  const row = { ownerId, platformId: 'openai', name: 'same', refreshToken: token };
  const other = { ...row, refreshToken: issuer.family(), number: 5_000, bizId: 'b-1' };
  const last = { ...row, refreshToken: issuer.family(), number: 5_000, tags: ['x', 'y'] };
  const added = await vault.add([row, other, last, { ...row, refreshToken: ' ' }]);
  expect(added).toMatchObject([
    { kind: 'known', accountId: id },
    { kind: 'created', number: 5_000, bizId: 'b-1' },
    { kind: 'created' },
    { kind: 'refused', reason: 'token' },
  ]);
  const [found] = await vault.page({ tag: 'X' }, null, 10);
  expect(found).toMatchObject({ tags: ['x', 'y'], name: expect.stringMatching(/^same ./) });
  expect(found?.number).toBeGreaterThan(5_000);
  expect(await vault.count({ bizId: 'B-1' })).toBe(1);
});

test('what is due is refreshed by itself; what is switched off is when it is switched on again', async () => {
  const { stop, vault } = await h.server();
  const due = await h.account(vault);
  const off = await h.account(vault, { enabled: false });
  const manual = await h.account(vault, { autoRefresh: false });
  const dead = await h.account(vault);
  await h.pool.query(
    `UPDATE vault_tokens SET failure = 'invalid', next_refresh_at = NULL WHERE account_id = $1`,
    [dead.id],
  );
  const rowOf = async ({ id }: { id: string }) => (await vault.find({ accountId: id }))[0];
  await vault.start();
  await expect.poll(async () => (await rowOf(due))?.refreshedAt).not.toBe(null);
  await expect.poll(async () => (await rowOf(off))?.nextRefreshAt).toBe(null);
  await expect.poll(async () => (await rowOf(manual))?.nextRefreshAt).toBe(null);
  await stop();
  await h.pool.query(`UPDATE accounts SET state = 'active' WHERE id = $1`, [off.id]);
  const later = await h.server();
  await later.vault.start();
  await expect.poll(async () => (await rowOf(off))?.refreshedAt).not.toBe(null);
  for (const left of [manual, dead]) {
    expect(await rowOf(left)).toMatchObject({ refreshedAt: null, nextRefreshAt: null });
  }
  expect(h.errors).toEqual([]);
});
