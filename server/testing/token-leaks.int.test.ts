import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { PASSWORD, startApp, type TestApp } from './app.ts';
import { createBrowser } from './browser.ts';
import { scriptedUpstream } from './scripted-upstream.ts';

// A token endpoint that says back what it was sent, in all the places it has: nobody reads it anywhere.

/** What a platform answers a refresh with, by turns. */
const ECHOES: ((token: string) => [status: number, body: unknown])[] = [
  (token) => [400, { error: 'invalid_grant', error_description: `unknown: ${token}` }],
  (token) => [401, { error: { code: token, message: token, type: token } }],
  (token) => [500, { error: token, message: `at ${encodeURIComponent(token)}` }],
  (token) => [429, { error: 'slow', error_description: token.slice(0, 20) }],
  (token) => [200, { error: token, refresh_token: token, message: token }],
  (token) => [200, [token]],
  (token) => [400, `<html>${token}</html>`],
];
const tokenOf = (at: number) => `rt-planted:${at}/abcdefghijk`;

let h: TestApp;
let issuer: Awaited<ReturnType<typeof scriptedUpstream>>;
let ada: ReturnType<typeof createBrowser>;
const answers: string[] = [];
const logged: string[] = [];

beforeAll(async () => {
  issuer = await scriptedUpstream((call, res) => {
    const token = new URLSearchParams(call.text).get('refresh_token') ?? '';
    const [status, body] = ECHOES[Number(token.match(/\d+/)?.[0] ?? 0)]?.(token) ?? [500, null];
    res.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  const { host } = new URL(issuer.url);
  h = await startApp(
    {
      users: [{ username: 'ada', password: PASSWORD, role: 'admin' }],
      platforms: [{ id: 'lab', protocol: 'openai-chat', baseUrl: 'https://lab.example.com' }],
      accounts: [],
      models: [],
      keys: [],
      oauthClients: [
        { platform: 'lab', name: 'one', clientId: 'app', tokenEndpoint: `${issuer.url}/token` },
      ],
    },
    { OUTBOUND_ALLOW: host },
    undefined,
    (line) => void logged.push(line),
  );
  ada = createBrowser(h.url);
  await ada.mutate('sessions.signIn', { username: 'ada', password: PASSWORD });
});
afterAll(async () => {
  await h?.[Symbol.asyncDispose]();
  await issuer?.[Symbol.asyncDispose]();
});

const idsOf = async () => {
  const rows = await h.infra.db.vaultToken.findMany({ orderBy: { number: 'asc' } });
  return rows.map(({ accountId }) => accountId);
};

test('a refresh fails in each of the ways, and people look at what is told of it', async () => {
  const { id: clientId } = await h.infra.db.oAuthClient.findFirstOrThrow();
  const text = ECHOES.map((_echo, at) => tokenOf(at)).join('\n');
  const input = { platformId: 'lab', format: 'text', text, clientId };
  expect((await ada.mutate('vaultBatch.import', input)).error).toBeUndefined();
  await vi.waitFor(async () => expect(await idsOf()).toHaveLength(ECHOES.length));
  const ids = await idsOf();
  for (const id of ids) answers.push((await ada.mutate('vault.refresh', { id })).text);
  const asked = new Set(issuer.calls.map(({ text }) => text));
  expect(asked.size).toBeGreaterThanOrEqual(ECHOES.length);
  for (const id of ids) {
    answers.push((await ada.query('vault.get', { id })).text);
    answers.push((await ada.query('vault.history', { id })).text);
  }
  const secret = { name: 's', scopes: ['read', 'refresh'], tags: [], bizIds: [], expiresAt: null };
  const made = await ada.mutate('vaultSecrets.create', secret);
  const key = (made.data as { secret: string }).secret;
  for (const { bizId } of await h.infra.db.vaultToken.findMany()) {
    const body = JSON.stringify({ biz_id: bizId });
    const headers = { 'content-type': 'application/json', 'x-api-secret': key };
    const res = await fetch(`${h.url}/public-api/refresh`, { method: 'POST', headers, body });
    answers.push(await res.text());
  }
  expect(answers.filter((answer) => answer.length > 2).length).toBeGreaterThan(20);
});

test('no answer and no line of the log has a token in it', () => {
  expect(answers.join('\n')).toContain('invalid_grant');
  h.infra.log.warn('it is written');
  expect(logged.join('\n')).toContain('it is written');
  const text = [...answers, ...logged].join('\n');
  for (const part of ['rt-planted', 'rt-planted%3A', 'abcdefghijk']) {
    expect(text).not.toContain(part);
  }
});

test('no row of any table has a token in it: history, audit log, alerts, jobs', async () => {
  const client = new pg.Client({ connectionString: h.databaseUrl });
  await client.connect();
  const { rows: tables } = await client.query(
    `SELECT table_name AS name FROM information_schema.tables
      WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  const found: string[] = [];
  for (const { name } of tables as { name: string }[]) {
    const { rows } = await client.query(
      `SELECT 1 FROM "${name}" t WHERE t::text ~ 'rt-planted|abcdefghijk' LIMIT 1`,
    );
    if (rows.length > 0) found.push(name);
  }
  await client.end();
  expect(tables.length).toBeGreaterThan(30);
  expect(found).toEqual([]);
});
