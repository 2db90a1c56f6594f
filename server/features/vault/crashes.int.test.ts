import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type AuthorizationServer,
  authorizationServer,
} from '#server/testing/authorization-server.ts';
import { mortal } from '#server/testing/mortal.ts';
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

/** Kills a server at its `at`th touch of the outside while it refreshes; false = it was done before. */
async function killedAt(at: number): Promise<{ died: boolean; good: boolean; revived: boolean }> {
  const fate = mortal();
  const first = await h.server({ pool: fate.pool, outbound: fate.outbound });
  await first.vault.start();
  const { id } = await h.account(first.vault, { autoRefresh: false });
  await first.vault.refresh(id, { trigger: 'person' });
  fate.dieAt(at);
  const refreshing = first.vault.refresh(id, { trigger: 'person' }).then(
    () => 'done' as const,
    () => 'done' as const,
  );
  const end = await Promise.race([refreshing, fate.death]);
  const again = await h.server({ dataDir: await first.abandon() });
  await again.vault.start();
  const after = await again.vault.refresh(id, { trigger: 'person' });
  const token = (await again.vault.refreshTokenOf(id)) ?? '';
  await again.stop();
  return {
    died: end === 'dead',
    good: issuer.isGood(token),
    revived: after.outcome === 'rotated',
  };
}

test('a server killed anywhere while it refreshes loses no token, once it has the answer', async () => {
  let deaths = 0;
  for (let at = 1; at < 60; at += 1) {
    const { died, good, revived } = await killedAt(at);
    expect({ at, good, revived }).toEqual({ at, good: true, revived: true });
    if (!died) break;
    deaths += 1;
  }
  expect(deaths).toBeGreaterThan(8);
});

const MINUTE = 60_000;

test.each([
  { who: 'it, started again', awayMs: MINUTE },
  { who: 'another server, when it does not come back', awayMs: 20 * MINUTE },
])(
  'what a killed server was asking for by hand is asked again at once by $who',
  async ({ awayMs }) => {
    const fate = mortal();
    const first = await h.server({ pool: fate.pool, outbound: fate.outbound });
    const { id } = await h.account(first.vault);
    await first.vault.refresh(id, { trigger: 'person' });
    issuer.state.graceMs = 60 * MINUTE;
    issuer.state.troubles = ['slow'];
    void first.vault.refresh(id, { trigger: 'person' });
    await expect.poll(issuer.held).toBe(1);
    fate.die();
    const dataDir = await first.abandon();
    // The platform rotates, and the answer reaches nobody: it forgives that for an hour, no longer.
    issuer.letGo();
    const databaseTime = () => new Date(Date.now() + awayMs);
    const second = await h.server(awayMs > MINUTE ? { databaseTime } : { dataDir });
    await second.vault.start();
    const isGood = async () => issuer.isGood((await second.vault.refreshTokenOf(id)) ?? '');
    await expect.poll(isGood, { timeout: 5_000 }).toBe(true);
    await second.stop();
    issuer.state.graceMs = 0;
  },
);

test('the token before is tried when the platform forgot the new one, and again when that fails in passing', async () => {
  const { vault } = await h.server();
  const { id } = await h.account(vault);
  const refresh = async () => (await vault.refresh(id, { trigger: 'person' })).outcome;
  issuer.state.troubles = ['forgotten'];
  expect(await refresh()).toBe('rotated');
  const withTheOneBefore = issuer.calls.length + 2;
  issuer.state.troubleOf = () => (issuer.calls.length === withTheOneBefore ? 'busy' : null);
  expect(await refresh()).toBe('transient');
  expect(await refresh()).toBe('rotated');
  expect(issuer.isGood((await vault.refreshTokenOf(id)) ?? '')).toBe(true);
});
