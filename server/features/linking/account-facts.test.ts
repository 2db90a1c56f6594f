import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startScriptedService } from '#server/testing/sign-in-services.ts';
import { OAuthFields } from '#shared/schemas/oauth-clients.ts';
import { createOutbound, type Outbound } from '../../infra/outbound/index.ts';
import { createReadFacts } from './account-facts.ts';

type Service = Awaited<ReturnType<typeof startScriptedService>>;

let platform: Service;
let outbound: Outbound;
/** What each endpoint answers. */
const answers: Record<'/user' | '/account', { status?: number; raw: string }> = {
  '/user': { raw: '{}' },
  '/account': { raw: '{}' },
};

beforeAll(async () => {
  platform = await startScriptedService();
  platform.on('/user', () => answers['/user']);
  platform.on('/account', () => answers['/account']);
  outbound = createOutbound({ allow: ['127.0.0.1'], log: { warn: () => undefined } });
});
afterAll(async () => {
  await outbound?.close();
  await platform?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  answers['/user'] = { raw: '{}' };
  answers['/account'] = { raw: '{}' };
});

const FIELDS = { userName: 'who.name', plan: 'plan.kind', planEnds: 'plan.until' };
const EMPTY = { subject: null, email: null, userName: '', plan: '', planEnds: null };

const idTokenOf = (claims: unknown) =>
  `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;

function facts({
  account = true,
  fields = FIELDS as Partial<OAuthFields>,
  idToken = null as string | null,
  user = true,
} = {}) {
  const settings = {
    userInfoEndpoint: user ? `${platform.url}/user` : '',
    accountInfoEndpoint: account ? `${platform.url}/account` : '',
    fields: OAuthFields.parse(fields),
  };
  const client = { settings } as Parameters<ReturnType<typeof createReadFacts>>[0];
  return createReadFacts(outbound)(client, { accessToken: 'at-1', idToken });
}

test('facts are read where the client says: the account’s answer, then the person’s, then the ID token', async () => {
  answers['/account'] = { raw: '{"plan":{"kind":"pro","until":1800000000}}' };
  answers['/user'] = { raw: '{"sub":"u1","who":{"name":"Ann"},"plan":{"kind":"free"}}' };
  const idToken = idTokenOf({ sub: 'u1', email: 'Ann@Example.com', who: { name: 'no' } });
  expect(await facts({ idToken })).toEqual({
    ...{ subject: 'u1', email: 'ann@example.com', userName: 'Ann', plan: 'pro' },
    planEnds: new Date(1_800_000_000_000),
  });
  expect(platform.calls.every(({ authorization }) => authorization === 'Bearer at-1')).toBe(true);
});

test('what a client has no endpoint for is not asked', async () => {
  const before = platform.calls.length;
  const idToken = idTokenOf({
    sub: 'u1',
    'https://x.y/plan': 'team',
    plan: { until: '2030-01-02' },
  });
  const fields = { ...FIELDS, plan: 'https://x.y/plan' };
  expect(await facts({ account: false, user: false, idToken, fields })).toMatchObject({
    ...{ subject: 'u1', plan: 'team', planEnds: new Date('2030-01-02') },
  });
  expect(platform.calls).toHaveLength(before);
});

test.each([
  ['no JSON', { raw: '<html>' }],
  ['more than a megabyte', { raw: `{"sub":"u1","x":"${'y'.repeat(1_100_000)}"}` }],
  ['a failure', { status: 500, raw: '{"sub":"u1"}' }],
  ['a refusal', { status: 401, raw: '{"sub":"u1"}' }],
  ['nothing', { raw: '' }],
  ['null', { raw: 'null' }],
  ['a list', { raw: '["u1"]' }],
  ['types that mean nothing', { raw: '{"sub":{},"email":[1],"who":"x","plan":{"kind":true}}' }],
  ['no mail address', { raw: '{"email":"<b>@ x"}' }],
  [
    'members of the language',
    { raw: '{"__proto__":{"sub":"u1"},"who":{"__proto__":{"name":"x"}}}' },
  ],
])('%s tells nothing and breaks nothing', async (_, answer) => {
  answers['/user'] = answer;
  answers['/account'] = answer;
  expect(await facts()).toEqual(EMPTY);
});

test.each([null, '', 'x', 'a.b.c', `e30.${Buffer.from('"text"').toString('base64url')}.x`])(
  'the ID token %j tells nothing and breaks nothing',
  async (idToken) => expect(await facts({ idToken })).toEqual(EMPTY),
);

test('long texts are cut, and what cannot be shown is left out', async () => {
  const long = JSON.stringify({ sub: 'a\u0000b', who: { name: 'n'.repeat(10_000) } });
  answers['/user'] = { raw: long };
  const { subject, userName } = await facts();
  expect([subject, userName.length]).toEqual(['ab', 300]);
});

test('who is another one than the ID token names is not believed', async () => {
  answers['/user'] = { raw: '{"sub":"somebody","email":"some@body.org"}' };
  const idToken = idTokenOf({ sub: 'u1', email: 'ann@example.com' });
  expect(await facts({ idToken })).toMatchObject({ subject: 'u1', email: 'ann@example.com' });
});
