import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
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

test('what the schedule claimed while somebody began to ask is refreshed, and both have it', async () => {
  const goOn = Promise.withResolvers<void>();
  onTestFinished(() => goOn.resolve());
  let isHeld = true;
  const { vault } = await h.server({
    // Whoever asks is held up just before its look at the account.
    pool: (pool) =>
      new Proxy(pool, {
        get(target, name) {
          if (name !== 'query') return Reflect.get(target, name).bind?.(target) ?? target;
          return async (query: { name?: string }, ...more: unknown[]) => {
            if (query.name === 'vault_look' && isHeld) {
              isHeld = false;
              await goOn.promise;
            }
            return Reflect.apply(target.query, target, [query, ...more]);
          };
        },
      }),
  });
  const { id } = await h.account(vault);
  const asked = vault.refresh(id, { trigger: 'person' });
  await vi.waitFor(() => expect(isHeld).toBe(false));
  await vault.start();
  await vi.waitFor(() => expect(issuer.calls).toHaveLength(1));
  goOn.resolve();
  expect(await asked).toMatchObject({ outcome: 'rotated' });
  expect(issuer.calls).toHaveLength(1);
});

test.each([
  { what: 'answered in time', trouble: 'late' },
  { what: 'refused by then', trouble: 'slow' },
] as const)(
  'a server that was away for long writes nothing over the newer token of another one: $what',
  async ({ trouble }) => {
    onTestFinished(() => issuer.letGo());
    let time = Date.now();
    const databaseTime = () => new Date(time);
    const [slow, other] = [await h.server({ databaseTime }), await h.server({ databaseTime })];
    const { id } = await h.account(slow.vault);
    issuer.state.graceMs = 3_600_000;
    issuer.state.troubles = [trouble];
    const late = slow.vault.refresh(id, { trigger: 'person' });
    await vi.waitFor(() => expect(issuer.held()).toBe(1));
    // Its claim ended and nobody waits for it any more.
    time += 700_000;
    expect(await other.vault.refresh(id, { trigger: 'person' })).toMatchObject({
      outcome: 'rotated',
    });
    await other.vault.refresh(id, { trigger: 'person' });
    const newest = await other.vault.refreshTokenOf(id);
    issuer.state.graceMs = 0;
    issuer.letGo();
    await late;
    expect(await slow.vault.refreshTokenOf(id)).toBe(newest);
  },
);
