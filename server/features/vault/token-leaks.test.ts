import { afterAll, expect, test } from 'vitest';
import { createOutbound } from '#server/infra/outbound/index.ts';
import { scriptedUpstream } from '#server/testing/scripted-upstream.ts';
import { createExchange, type Grant } from './token-endpoint.ts';

const outbound = createOutbound({ allow: ['127.0.0.1'], log: { warn: () => undefined } });
const exchange = createExchange(outbound);
afterAll(() => outbound.close());

/** Short enough to look like a word, and with signs that are written otherwise in an address. */
const SENT = 'rt-very/secret:0123456789';
const SECRET = 'client-s3cr&t-of-ours';
const GIVEN = 'at-given-in-the-answer-77';
/** Whoever sees so much of one knows more than a name for it. */
const MOST_SHOWN = 12;

const GRANTS: readonly Grant[] = [
  { type: 'refresh_token', refreshToken: SENT },
  { type: 'authorization_code', code: SENT, redirectUri: null, verifier: SECRET },
  { type: 'device_code', deviceCode: SENT },
];

/** Where a platform may well say back what it was sent, or what it gives. */
const ECHOES: readonly [string, unknown][] = [
  ['a description', { error: 'invalid_grant', error_description: `no such token ${SENT}` }],
  ['the code itself', { error: SENT }],
  ['a code with a name before', { error: { code: `unknown:${SENT}`, message: 'no' } }],
  ['a type', { error: { type: SENT.replaceAll(/[/:]/g, '-'), message: SENT } }],
  ['a message', { message: `"${SENT}"`, code: 'bad' }],
  ['an address', { error: 'x', error_description: `see ?t=${encodeURIComponent(SENT)}&x=1` }],
  ['a form', { error: 'x', error_description: String(new URLSearchParams({ t: SENT })) }],
  ['base64', { error: 'x', error_description: Buffer.from(SENT).toString('base64') }],
  ['its beginning', { error: 'x', error_description: `token ${SENT.slice(0, 18)}... is unknown` }],
  ['its end', { error: 'x', error_description: `token …${SENT.slice(-16)} is unknown` }],
  ['the client secret', { error: 'invalid_client', error_description: `${SECRET} is wrong` }],
  ['what it gives', { error: 'x', access_token: GIVEN, error_description: `${GIVEN} is new` }],
];

/** Every run of a secret that is longer than may be shown. */
function runsOf(secret: string): string[] {
  const last = secret.length - MOST_SHOWN;
  return Array.from({ length: last }, (_, at) => secret.slice(at, at + MOST_SHOWN + 1));
}
const RUNS = [SENT, SECRET, GIVEN].flatMap((secret) => [
  ...runsOf(secret),
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64'),
]);

test.each(ECHOES)('a token that stands in %s is in nothing that is told', async (_where, body) => {
  await using issuer = await scriptedUpstream((_call, res) => {
    res.writeHead(issuer.calls.length % 2 ? 400 : 200).end(JSON.stringify(body));
  });
  for (const grant of [...GRANTS, ...GRANTS]) {
    const client = {
      ...{ clientId: 'app', clientSecret: SECRET, tokenEndpoint: issuer.url, redirectUri: null },
      ...{ tokenFormat: 'form', tokenAuth: 'post' },
    };
    const answer = await exchange(client, grant);
    expect(answer.ok).toBe(false);
    const told = JSON.stringify(answer);
    expect(RUNS.filter((run) => told.includes(run))).toEqual([]);
  }
});

test('words of the platform stay', async () => {
  const body = { error: 'invalid_grant', error_description: 'Refresh token is not recognised.' };
  await using issuer = await scriptedUpstream((_call, res) => {
    res.writeHead(400).end(JSON.stringify(body));
  });
  const client = {
    ...{ clientId: 'app', clientSecret: SECRET, tokenEndpoint: issuer.url, redirectUri: null },
    ...{ tokenFormat: 'form', tokenAuth: 'post' },
  };
  expect(await exchange(client, { type: 'refresh_token', refreshToken: SENT })).toMatchObject({
    ...{ code: 'invalid_grant', text: 'invalid_grant: Refresh token is not recognised.' },
  });
});
