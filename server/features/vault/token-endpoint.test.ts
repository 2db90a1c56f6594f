import { afterAll, expect, test } from 'vitest';
import { createOutbound } from '#server/infra/outbound/index.ts';
import { scriptedUpstream } from '#server/testing/scripted-upstream.ts';
import { createExchange, type TokenClient } from './token-endpoint.ts';

const outbound = createOutbound({ allow: ['127.0.0.1'], log: { warn: () => undefined } });
const exchange = createExchange(outbound);
afterAll(() => outbound.close());

const TOKEN = 'rt-very-secret-0123456789';
const clientAt = (url: string, more: Partial<TokenClient> = {}): TokenClient => ({
  clientId: 'my client',
  clientSecret: 's3cr&t',
  tokenEndpoint: url,
  redirectUri: 'com.example://back',
  tokenFormat: 'form',
  tokenAuth: 'none',
  ...more,
});
const grant = { type: 'refresh_token', refreshToken: TOKEN } as const;

async function answered(status: number, body: string, headers: Record<string, string> = {}) {
  await using issuer = await scriptedUpstream((_call, res) => {
    res.writeHead(status, headers).end(body);
  });
  return await exchange(clientAt(issuer.url), grant);
}

test.each([
  [400, { error: 'invalid_grant' }, 'invalid'],
  [400, { error: 'invalid_grant', error_description: 'Token was already used' }, 'reused'],
  [400, { error: 'invalid_grant', error_description: 'Token has been revoked.' }, 'revoked'],
  [401, { error: { code: 'refresh_token_reused', message: 'used twice' } }, 'reused'],
  [401, { error: { code: 'app_session_terminated', message: 'ended' } }, 'revoked'],
  [401, { error: { code: 'refresh_token_invalidated', message: 'ended' } }, 'revoked'],
  [401, { error: 'invalid_client' }, 'client'],
  [400, { error: 'unsupported_grant_type' }, 'client'],
  [401, { error: 'something_new' }, 'transient'],
  [401, {}, 'transient'],
  [500, { error: 'invalid_grant' }, 'transient'],
  [200, {}, 'transient'],
  [200, { access_token: '' }, 'transient'],
  [200, { access_token: 'with space' }, 'transient'],
  [429, { error: 'invalid_grant' }, 'rate_limited'],
])('%i %j is %s', async (status, body, failure) => {
  expect(await answered(status, JSON.stringify(body))).toMatchObject({ ok: false, failure });
});

test.each(['<html>', '', 'null', '[]', '{"access_token":', '"x"'])(
  '%j says nothing',
  async (text) => {
    for (const status of [200, 400, 403]) {
      expect(await answered(status, text)).toMatchObject({ ok: false, failure: 'transient' });
    }
  },
);

test('what a platform gives is read, with a kept token where none came', async () => {
  const body = { access_token: 'at', refresh_token: 'rt2', expires_in: '60', id_token: 'i' };
  expect(await answered(200, JSON.stringify(body))).toEqual({
    ...{ ok: true, accessToken: 'at', refreshToken: 'rt2', expiresInS: 60 },
    ...{ idToken: 'i', scope: null },
  });
  const kept = await answered(200, JSON.stringify({ access_token: 'at' }));
  expect(kept).toMatchObject({ ok: true, refreshToken: null, expiresInS: null });
});

test('no text of an answer carries the token that was sent', async () => {
  const body = { error: 'invalid_grant', error_description: `${TOKEN} is bad ${'x'.repeat(60)}` };
  const answer = await answered(400, JSON.stringify(body));
  expect(JSON.stringify(answer)).not.toContain(TOKEN);
  expect(answer).toMatchObject({ text: 'invalid_grant: *** is bad ***' });
});

test('a wait that is asked for is told', async () => {
  const answer = await answered(429, '{}', { 'retry-after': '120' });
  expect(answer).toMatchObject({ failure: 'rate_limited', retryAfterMs: 120_000 });
});

test('silence, a reset and an endless answer are passing failures', async () => {
  await using issuer = await scriptedUpstream(
    () => undefined,
    (_call, res) => void res.destroy(),
    (_call, res) => void res.writeHead(200).end('x'.repeat(300_000)),
  );
  for (const timeoutMs of [100, 10_000, 10_000]) {
    const answer = await exchange(clientAt(issuer.url), grant, { timeoutMs });
    expect(answer).toMatchObject({ ok: false, failure: 'transient' });
  }
});

test('clients prove themselves as they are set up to', async () => {
  await using issuer = await scriptedUpstream((_call, res) => void res.end('{"access_token":"a"}'));
  await exchange(clientAt(issuer.url, { tokenAuth: 'basic' }), grant);
  await exchange(clientAt(issuer.url, { tokenAuth: 'post', tokenFormat: 'json' }), grant);
  await exchange(clientAt(issuer.url), grant);
  const [basic, post, none] = issuer.calls;
  const pair = Buffer.from('my+client:s3cr%26t').toString('base64');
  expect(basic?.headers.authorization).toBe(`Basic ${pair}`);
  expect(Object.fromEntries(new URLSearchParams(basic?.text))).toEqual({
    ...{ grant_type: 'refresh_token', refresh_token: TOKEN, redirect_uri: 'com.example://back' },
  });
  expect(post?.json).toMatchObject({ client_id: 'my client', client_secret: 's3cr&t' });
  expect(new URLSearchParams(none?.text).get('client_secret')).toBeNull();
});
