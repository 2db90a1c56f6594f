import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createCipher } from '#server/infra/cipher.ts';
import { sha256hex } from '#server/infra/ids.ts';
import {
  type AuthorizationServer,
  authorizationServer,
} from '#server/testing/authorization-server.ts';
import { type FakeClock, fakeClock } from '#server/testing/fake-clock.ts';
import { type VaultReplicas, vaultReplicas } from '#server/testing/vault-replicas.ts';
import { wayToDatabase } from '#server/testing/way-to-database.ts';

let issuer: AuthorizationServer;
let h: VaultReplicas;
let way: Awaited<ReturnType<typeof wayToDatabase>>;
let cuttable: pg.Pool;
beforeAll(async () => {
  issuer = await authorizationServer();
  h = await vaultReplicas(issuer);
  way = await wayToDatabase(h.pool.options.connectionString ?? '');
  cuttable = new pg.Pool({ connectionString: way.url });
  cuttable.on('error', () => undefined);
  cuttable.on('connect', (client) => client.on('error', () => undefined));
});
afterAll(async () => {
  way?.open();
  await h?.[Symbol.asyncDispose]();
  await cuttable?.end();
  await way?.[Symbol.asyncDispose]();
  await issuer?.[Symbol.asyncDispose]();
});

/** What a server keeps until the database has it. */
async function kept(dataDir: string): Promise<string> {
  const dir = join(dataDir, 'vault');
  const files = await readdir(dir, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile())
    .map((file) => readFile(join(file.parentPath, file.name), 'utf8').catch(() => ''));
  return (await Promise.all(texts)).join('\n');
}

const hashOf = async (id: string) => {
  const { rows } = await h.pool.query(
    'SELECT refresh_hash FROM vault_tokens WHERE account_id = $1',
    [id],
  );
  return rows[0]?.refresh_hash;
};

/** What it comes to, while time goes on. */
async function meanwhile<Value>(clock: FakeClock, work: Promise<Value>): Promise<Value> {
  let over = false;
  const done = work.finally(() => {
    over = true;
  });
  while (!over) {
    clock.advance(100);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return done;
}

test('a token that comes while the database is away is kept, stored by itself, and the used one not sent again', async () => {
  const clock = fakeClock(Date.now());
  const { dataDir, vault } = await h.server({ clock, pool: () => cuttable });
  const { id, token } = await h.account(vault);
  const hold = Promise.withResolvers<void>();
  issuer.state.hold = hold.promise;
  const asked = issuer.next();
  const first = vault.refresh(id, { trigger: 'person' });
  await asked;
  way.close();
  issuer.state.hold = null;
  hold.resolve();
  await vi.waitFor(async () => expect(await kept(dataDir)).toContain('"kind":"token"'));
  expect(await kept(dataDir)).not.toContain(token);
  // Nobody waits for the database for ever.
  clock.advance(10_000);
  expect(await first).toMatchObject({ outcome: 'rotated', text: expect.stringMatching(/journal/) });
  expect(await hashOf(id)).toBe(sha256hex(token));
  const second = vault.refresh(id, { trigger: 'person' });
  for (let n = 0; n < 20; n += 1) {
    clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(issuer.calls).toHaveLength(1);

  way.open();
  await vi.waitFor(async () => {
    clock.advance(30_000);
    expect(await hashOf(id)).not.toBe(sha256hex(token));
  });
  expect(await meanwhile(clock, second)).toMatchObject({ outcome: 'rotated' });
  expect(issuer.calls.map((call) => call.token === token)).toEqual([true, false]);
  // Time went on faster than the database stores.
  await vi.waitFor(async () => {
    clock.advance(1_000);
    const last = (await vault.refreshTokenOf(id)) ?? '';
    expect([issuer.isGood(last), await hashOf(id)]).toEqual([true, sha256hex(last)]);
  });
  const { rows } = await h.pool.query(
    'SELECT outcome FROM refresh_events WHERE account_id = $1 ORDER BY id',
    [id],
  );
  expect(rows).toEqual([{ outcome: 'rotated' }, { outcome: 'rotated' }]);
});

test('what waited while another key was made current is stored sealed by that one', async () => {
  const keys = { k1: Buffer.alloc(32, 7), k2: Buffer.alloc(32, 8) };
  const clock = fakeClock(Date.now());
  const first = await h.server({ clock, pool: () => cuttable });
  const { id } = await h.account(first.vault);
  const hold = Promise.withResolvers<void>();
  issuer.state.hold = hold.promise;
  const asked = issuer.next();
  const refreshing = first.vault.refresh(id, { trigger: 'person' });
  await asked;
  way.close();
  issuer.state.hold = null;
  hold.resolve();
  await vi.waitFor(async () => expect(await kept(first.dataDir)).toContain(id));
  await vi.waitFor(async () => expect(await kept(first.dataDir)).toContain('"kind":"token"'));
  clock.advance(10_000);
  await refreshing;
  const dataDir = await first.abandon();
  const later = await h.server({ dataDir, cipher: createCipher({ current: 'k2', keys }) });
  await later.vault.start();
  const sealed = async () => {
    const { rows } = await h.pool.query(
      `SELECT split_part(refresh_token, '.', 2) AS token, split_part(previous_token, '.', 2) AS last,
         split_part(secret, '.', 2) AS access
       FROM vault_tokens JOIN accounts ON id = account_id WHERE id = $1`,
      [id],
    );
    return rows[0];
  };
  await vi.waitFor(async () =>
    expect(await sealed()).toEqual({ token: 'k2', last: 'k2', access: 'k2' }),
  );
  expect(issuer.isGood((await later.vault.refreshTokenOf(id)) ?? '')).toBe(true);
  expect(issuer.isAccess((await later.vault.accessTokenOf(id)) ?? '')).toBe(true);
  way.open();
});
