import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type AuthorizationServer,
  authorizationServer,
} from '#server/testing/authorization-server.ts';
import { startScriptedService } from '#server/testing/sign-in-services.ts';
import { type VaultReplicas, vaultReplicas } from '#server/testing/vault-replicas.ts';
import type { Vault } from './vault.ts';

type Service = Awaited<ReturnType<typeof startScriptedService>>;

let issuer: AuthorizationServer;
let h: VaultReplicas;
let platform: Service;
let vault: Vault;
/** What the platform tells of everybody: JSON as it goes out. */
const told = { '/user': '{}', '/account': '{}' };
const asked: (string | undefined)[] = [];

beforeAll(async () => {
  issuer = await authorizationServer();
  h = await vaultReplicas(issuer);
  platform = await startScriptedService();
  for (const path of ['/user', '/account'] as const) {
    platform.on(path, (req) => {
      asked.push(req.headers.authorization);
      return { raw: told[path] };
    });
  }
  const fields = { subject: 'id', email: 'mail', userName: 'who.name', plan: 'plan.kind' };
  await h.pool.query(
    `UPDATE oauth_clients SET user_info_endpoint = $1, account_info_endpoint = $2, fields = $3`,
    [`${platform.url}/user`, `${platform.url}/account`, JSON.stringify(fields)],
  );
  vault = (await h.server()).vault;
});
afterAll(async () => {
  await h?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
  await issuer?.[Symbol.asyncDispose]();
});

/** An account that has an access token, and what is known of it after it was asked for. */
async function account() {
  told['/user'] = told['/account'] = '{}';
  const { id } = await h.account(vault);
  await vault.refresh(id, { trigger: 'person' });
  const rowOf = async () => {
    const { rows } = await h.pool.query(
      `SELECT subject, email, user_name, plan, user_info, account_info FROM vault_tokens
       WHERE account_id = $1`,
      [id],
    );
    return rows[0];
  };
  // It is asked for after each refresh, too.
  await expect.poll(async () => (await rowOf())?.account_info).toEqual({});
  return { id, rowOf };
}

test('what a platform tells stands where its client says, the account’s own answer first', async () => {
  const { id, rowOf } = await account();
  told['/user'] = JSON.stringify({ id: 7, mail: 'ann@example.com', who: { name: 'Ann' } });
  told['/account'] = JSON.stringify({ plan: { kind: 'pro' }, refresh_token: 'rt-secret' });
  await vault.refreshInfo(id, 'user');
  await vault.refreshInfo(id, 'account');
  expect(asked.at(-1)).toBe(`Bearer ${await vault.accessTokenOf(id)}`);
  expect(await rowOf()).toEqual({
    ...{ subject: '7', email: 'ann@example.com', user_name: 'Ann', plan: 'pro' },
    user_info: { id: 7, mail: 'ann@example.com', who: { name: 'Ann' } },
    account_info: { plan: { kind: 'pro' } },
  });
});

test('what is told as something else than text is left out, and what was known stays', async () => {
  const { id, rowOf } = await account();
  told['/user'] = JSON.stringify({ id: 'a', mail: 'ann@example.com', plan: { kind: 'pro' } });
  await vault.refreshInfo(id, 'user');
  told['/user'] = JSON.stringify({ id: ['b'], mail: { of: 'x' }, who: 'me', plan: { kind: true } });
  await vault.refreshInfo(id, 'user');
  expect(await rowOf()).toMatchObject({ subject: 'a', email: 'ann@example.com', plan: 'pro' });
});

test.each([
  ['characters that a database has no place for', '{"id":"a\\u0000b","x\\ud800":"\\udfff\\u0000"}'],
  ['half of a character at the end of a long text', `{"id":"ab","x":"${'y'.repeat(499)}😀"}`],
  ['ten thousand levels', `{"id":"ab","x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
  ['members of the language', '{"id":"ab","__proto__":{"mail":"x@y.zz"},"constructor":1}'],
])('%s are no harm', async (_, text) => {
  const { id, rowOf } = await account();
  told['/user'] = text;
  await vault.refreshInfo(id, 'user');
  expect(await rowOf()).toMatchObject({ subject: 'ab', email: null });
});

test.each([
  ['no JSON', '<html>'],
  ['a megabyte', JSON.stringify({ id: 'big', x: 'y'.repeat(1_048_576) })],
])('%s is refused, and nothing is written', async (_, text) => {
  const { id, rowOf } = await account();
  const before = await rowOf();
  told['/user'] = text;
  await expect(vault.refreshInfo(id, 'user')).rejects.toMatchObject({ code: 'upstream_failed' });
  expect(await rowOf()).toEqual(before);
});
