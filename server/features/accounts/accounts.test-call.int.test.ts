import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AccountTest, AccountView } from '#shared/schemas/accounts.ts';
import type { Respond } from '../../testing/scripted-upstream.ts';
import { type SupplyConsole, startSupplyConsole } from '../../testing/supply-console.ts';

const KEY = 'sk-planted-7c1f9e2b-abcd';

let h: SupplyConsole;
let ada: Awaited<ReturnType<SupplyConsole['signedIn']>>;
let account: AccountView;
beforeAll(async () => {
  h = await startSupplyConsole();
  ada = await h.signedIn('admin');
  await ada.browser.mutate('models.create', {
    name: 'gpt-lab',
    routes: [{ platform: 'lab', model: 'tiny' }],
  });
});
afterAll(() => h[Symbol.asyncDispose]());
let made = 0;
beforeEach(async () => {
  account = await create({ platformId: 'lab', apiKey: KEY });
});

async function create(input: Record<string, unknown>): Promise<AccountView> {
  const name = `account ${++made}`;
  const answer = await ada.browser.mutate('accounts.create', { name, ...input });
  if (answer.error) throw new Error(answer.text);
  return answer.data as AccountView;
}

const json =
  (status: number, data: unknown, headers = {}): Respond =>
  (_call, res) =>
    void res
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(data));
const chat = (content: string | null) =>
  json(200, { choices: [{ message: { role: 'assistant', content } }] });

async function run(id = account.id): Promise<AccountTest> {
  const answer = await ada.browser.mutate('accounts.test', { id });
  if (answer.error) throw new Error(answer.text);
  expect(answer.text).not.toContain(KEY);
  return answer.data as AccountTest;
}

const state = async () =>
  (await h.db.account.findUniqueOrThrow({ where: { id: account.id } })).state;

const isProved = async () =>
  (await h.db.account.findUniqueOrThrow({ where: { id: account.id } })).provedAt !== null;

describe('accounts.test', () => {
  test('proves a key that answers, and no other; a new key is to prove itself', async () => {
    h.upstream.script(json(401, { error: { message: 'no' } }));
    await run();
    expect(await isProved()).toBe(false);
    await ada.browser.mutate('accounts.update', { id: account.id, apiKey: `${KEY}-2` });
    h.upstream.script(chat('ready'));
    await run();
    expect(await isProved()).toBe(true);
    await ada.browser.mutate('accounts.update', { id: account.id, name: `renamed ${made}` });
    expect(await isProved()).toBe(true);
    await ada.browser.mutate('accounts.update', { id: account.id, apiKey: `${KEY}-3` });
    expect(await isProved()).toBe(false);
  });

  test("asks the first model that a route leads to, shortly, with the account's key", async () => {
    h.upstream.script(chat('ready'));
    expect(await run()).toEqual({ ok: true, latencyMs: 0, model: 'tiny', message: 'ready' });
    const [sent] = h.upstream.calls;
    expect(sent?.path).toBe('/v1/chat/completions');
    expect(sent?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(sent?.json).toMatchObject({ model: 'tiny', max_tokens: 16 });
  });

  test('uses the newer name of the token limit where the platform wants it', async () => {
    const message = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.";
    h.upstream.script(json(400, { error: { message } }), chat('ready'));
    expect(await run()).toMatchObject({ ok: true });
    expect(h.upstream.calls[1]?.json).toMatchObject({ max_completion_tokens: 16 });
    expect(h.upstream.calls[1]?.json).not.toHaveProperty('max_tokens');
  });

  test('takes an answer without words for one: models that think first have none so soon', async () => {
    h.upstream.script(chat(null));
    expect(await run()).toMatchObject({ ok: true, message: expect.stringContaining('answered') });
  });

  test('says that the key was refused, hides it, and expires the account', async () => {
    h.upstream.script(json(401, { error: { message: `Incorrect API key provided: ${KEY}` } }));
    const result = await run();
    expect(result).toMatchObject({ ok: false });
    expect(result.message).toMatch(/refused the key.*It says: Incorrect API key provided: …/);
    expect(await state()).toBe('expired');
  });

  test.each([
    [
      'an unknown model',
      json(404, { error: { message: 'no such model' } }),
      /does not know the model tiny/,
    ],
    [
      'a model out of reach',
      json(403, { error: { message: 'tier' } }),
      /may not use the model tiny/,
    ],
    ['no credit', json(402, { error: 'pay' }), /credit .* used up/],
    ['a limit', json(429, {}), /limits requests now/],
    ['a broken platform', json(500, {}), /has a problem \(500\)/],
    ['a page of HTML', json(502, '<html>'), /has a problem \(502\)/],
    [
      'an error inside a 200',
      json(200, { error: { message: 'quota' } }),
      /not with a chat message.*quota/,
    ],
    [
      'half JSON',
      ((_c, res) => void res.end('{"choices":[')) as Respond,
      /not with a chat message/,
    ],
    ['a reset connection', ((_c, res) => void res.destroy()) as Respond, /closed the connection/],
    [
      'far too much',
      ((_c, res) => void res.end('x'.repeat(300_000))) as Respond,
      /more than 262144 bytes/,
    ],
  ])('explains %s', async (_name, respond, words) => {
    h.upstream.script(respond);
    const result = await run();
    expect(result.ok).toBe(false);
    expect(result.message).toMatch(words);
    expect(await state()).toMatch(/^(active|cooling|exhausted)$/);
  });

  test('rests an account that was limited, and a later success ends the rest', async () => {
    h.upstream.script(json(429, {}, { 'retry-after': '30' }), chat('ready'));
    await run();
    expect(h.pool.coolingUntil(account.id)).toBe(h.clock.now() + 30_000);
    await run();
    expect(h.pool.coolingUntil(account.id)).toBeNull();
  });

  test('runs once at a time for an account', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    h.upstream.script(async (call, res) => {
      arrive();
      await held;
      await chat('ready')(call, res);
    });
    const first = run();
    await arrived;
    const second = await ada.browser.mutate('accounts.test', { id: account.id });
    expect(second.error?.data.appCode).toBe('too_many_tries');
    release();
    expect(await first).toMatchObject({ ok: true });
    expect(await run()).toMatchObject({ ok: true });
  });

  test('works with the sandbox, whose account has no key', async () => {
    const sandbox = await create({ platformId: 'sandbox' });
    expect(await run(sandbox.id)).toMatchObject({
      ok: true,
      model: 'sandbox-echo',
      message: 'Say only: ready',
    });
    const broken = await create({
      platformId: 'sandbox',
      options: { errorRate: 1, errorStatus: 503 },
    });
    expect(await run(broken.id)).toMatchObject({ ok: false });
  });

  test.each([
    [
      'anthropic-messages',
      { 'x-api-key': KEY, 'anthropic-version': '2023-06-01' },
      '/v1/messages',
      { content: [{ type: 'text', text: 'ready' }] },
    ],
    [
      'gemini',
      { 'x-goog-api-key': KEY },
      '/v1/models/tiny-gemini:generateContent',
      { candidates: [{ content: { parts: [{ text: 'ready' }] } }] },
    ],
  ])('asks a platform that speaks %s in that protocol', async (protocol, headers, path, answer) => {
    const id = `speaks-${protocol.slice(0, 6)}`;
    const model = `tiny-${protocol}`;
    await h.db.platform.create({
      data: { id, name: 'Other', protocol, baseUrl: h.upstream.url },
    });
    await h.registry.reload();
    await ada.browser.mutate('models.create', { name: model, routes: [{ platform: id, model }] });
    const other = await create({ platformId: id, apiKey: KEY });
    h.upstream.script(json(200, answer));
    expect(await run(other.id)).toMatchObject({ ok: true, message: 'ready' });
    const [sent] = h.upstream.calls;
    expect(sent?.path).toBe(path);
    expect(sent?.headers).toMatchObject(headers);
    expect(sent?.headers).not.toHaveProperty('authorization');
  });

  test('fetches the model list where no model is known', async () => {
    await h.db.platform.create({
      data: { id: 'bare', name: 'Bare', protocol: 'openai-chat', baseUrl: h.upstream.url },
    });
    await h.registry.reload();
    h.upstream.script(json(200, { data: [{ id: 'a' }, { id: 'b' }] }));
    const bare = await create({ platformId: 'bare' });
    expect(await run(bare.id)).toMatchObject({
      ok: true,
      model: null,
      message: expect.stringContaining('lists 2 models'),
    });
    expect(h.upstream.calls[0]?.headers).not.toHaveProperty('authorization');
    h.upstream.script(json(429, {}, { 'retry-after': '9' }));
    expect(await run(bare.id)).toMatchObject({ ok: false });
    expect(h.pool.coolingUntil(bare.id)).toBe(h.clock.now() + 9_000);
    h.upstream.script(json(404, {}));
    expect((await run(bare.id)).message).toMatch(/no model list/);
    h.upstream.script(json(401, {}));
    expect((await run(bare.id)).message).toMatch(/refused the key/);
  });
});

describe('accounts.upstreamModels', () => {
  const fetchList = (id = account.id) => ada.browser.query('accounts.upstreamModels', { id });

  test('are sorted, each once, without those that were shut down', async () => {
    const data = [
      { id: 'b' },
      { id: 'a' },
      { id: 'b' },
      { id: 'old', status: 'Shutdown' },
      { id: 7 },
      'odd',
      { id: 'x'.repeat(201) },
    ];
    h.upstream.script(json(200, { object: 'list', data }));
    expect((await fetchList()).data).toEqual({ models: ['a', 'b'] });
    expect(h.upstream.calls[0]).toMatchObject({ path: '/v1/models', text: '' });
  });

  test('come from the declaration where a platform publishes no list', async () => {
    const spark = await create({ platformId: 'spark', apiKey: KEY });
    h.upstream.script(json(500, {}));
    const answer = await fetchList(spark.id);
    expect((answer.data as { models: string[] }).models).toContain('4.0Ultra');
    expect(h.upstream.calls).toHaveLength(0);
  });

  test.each([
    [
      'a refused key',
      json(401, { error: { message: KEY } }),
      'upstream_refused',
      /refused the key/,
    ],
    ['no list there', json(404, {}), 'upstream_refused', /no model list/],
    ['a limit', json(429, {}), 'upstream_rate_limited', /try later/],
    ['a broken platform', json(500, {}), 'upstream_failed', /answered 500/],
    ['something else', json(200, { hello: 1 }), 'upstream_failed', /check the base URL/],
    [
      'a flood',
      ((_c, res) => void res.end('x'.repeat(5e6))) as Respond,
      'upstream_failed',
      /more than/,
    ],
  ])('say what is wrong with %s', async (_name, respond, code, words) => {
    h.upstream.script(respond);
    const { error, text } = await fetchList();
    expect(error?.data.appCode).toBe(code);
    expect(error?.message).toMatch(words);
    expect(text).not.toContain(KEY);
  });
});

test('no log line carried the key', () => {
  expect(h.lines.filter((line) => line.includes(KEY))).toEqual([]);
});
