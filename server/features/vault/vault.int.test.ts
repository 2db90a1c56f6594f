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
