import { expect, test, vi } from 'vitest';
import type { QuotaMetric, QuotaRule, QuotaSubject } from '#shared/schemas/quotas.ts';
import { createMemoryQuotaGate } from '../features/quotas/index.ts';
import { openaiOperations } from '../platforms/openai-operations.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { ask, gatewayHarness, type HarnessOptions, json } from '../testing/gateway-harness.ts';
import { type Respond, scriptedUpstream } from '../testing/scripted-upstream.ts';

const EVERY: QuotaMetric[] = [
  'tokens-per-minute',
  'tokens-per-day',
  'tokens-per-month',
  'cost-per-day',
  'cost-per-month',
  'concurrency',
];

const rule = (
  subject: QuotaSubject,
  id: string,
  metric: QuotaMetric,
  limit: number,
): QuotaRule => ({
  subject,
  id,
  metric,
  limit,
});
const roomy = (subject: QuotaSubject, id: string) =>
  EVERY.map((metric) => rule(subject, id, metric, 1_000_000_000));

const ANSWER = {
  id: 'x',
  object: 'chat.completion',
  created: 1,
  model: 'tiny',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 },
};
const answers = (): Respond => (_call, res) => {
  res.setHeader('content-type', 'application/json').end(JSON.stringify(ANSWER));
};

/** A gateway with the gate of one process and rules of everything. */
async function limited(
  upstream: Parameters<typeof gatewayHarness>[0],
  rules: readonly QuotaRule[],
  more: HarnessOptions = {},
) {
  const gate = createMemoryQuotaGate({
    clock: fakeClock(),
    zone: 'UTC',
    loadUsed: async () => ({ tokens: 0, cost: 0 }),
  });
  const own = rules.filter(({ subject }) => subject === 'user' || subject === 'key');
  const h = await gatewayHarness(upstream, {
    ...more,
    principal: { rules: own },
    quotas: gate,
    rules: {
      of: (subject, id) => rules.filter((one) => one.subject === subject && one.id === id),
    },
  });
  const held = async () => (await gate.state(rules)).map((state) => state.held);
  const used = async () => (await gate.state(rules)).map((state) => state.used);
  return { ...h, gate, held, used, [Symbol.asyncDispose]: () => h[Symbol.asyncDispose]() };
}

const EVERYWHERE = [
  ...roomy('user', 'user-1'),
  ...roomy('key', 'key-1'),
  ...roomy('model', 'gpt-lab'),
  ...roomy('platform', 'lab'),
  ...roomy('account', 'a1'),
];

test('an answer is counted by every rule of user, key, model, platform and account', async () => {
  await using upstream = await scriptedUpstream(answers());
  await using h = await limited(upstream, EVERYWHERE);
  expect((await h.chat(ask())).status).toBe(200);
  // 9 input tokens at $0.15 and 1 output token at $0.60 a million are 1.95 micro-dollars.
  expect(await h.used()).toEqual(Array(5).fill([10, 10, 10, 2, 2, 0]).flat());
  expect(new Set(await h.held())).toEqual(new Set([0]));
});

test('a full account is passed over; when all are full the refusal names no account', async () => {
  await using upstream = await scriptedUpstream(answers(), answers());
  const full = [rule('account', 'a1', 'requests-per-minute', 1)];
  await using h = await limited(
    upstream,
    [...full, rule('account', 'a2', 'requests-per-minute', 1)],
    { accounts: ['a1', 'a2'] },
  );
  expect((await h.chat(ask())).status).toBe(200);
  expect((await h.chat(ask())).status).toBe(200);
  expect(h.records.map(({ accountId }) => accountId)).toEqual(['a1', 'a2']);
  const refused = await h.chat(ask());
  const { error } = await json(refused);
  expect(refused.status).toBe(429);
  expect(error.message).toMatch(/^An account behind this model may make 1 request per minute/);
  expect(error.message).not.toMatch(/\ba[12]\b/);
});

const CHUNK = { id: 'x', object: 'chat.completion.chunk', created: 1, model: 'tiny' };
const frame = (content: string) =>
  `data: ${JSON.stringify({ ...CHUNK, choices: [{ index: 0, delta: { content } }] })}\n\n`;
const begins =
  (text: string): Respond =>
  (_call, res) =>
    void res.writeHead(200, { 'content-type': 'text/event-stream' }).write(text);

test.each<[string, Respond]>([
  ['while the platform says nothing', () => undefined],
  ['before the first word', begins(': x\n\n')],
  ['in the middle of the answer', begins(frame('Hel'))],
])('a client that leaves %s leaves nothing held', async (_when, respond) => {
  await using upstream = await scriptedUpstream(respond);
  await using h = await limited(upstream, EVERYWHERE);
  const abort = new AbortController();
  const asked = h
    .chat(ask({ stream: true }), { signal: abort.signal })
    .then((res) => res.text())
    .catch(() => null);
  await upstream.called;
  expect(Math.min(...(await h.held()))).toBeGreaterThan(0);
  abort.abort();
  await asked;
  await vi.waitFor(async () => expect(new Set(await h.held())).toEqual(new Set([0])));
});

test('a client that leaves before the first word has had its prompt read', async () => {
  await using upstream = await scriptedUpstream(begins(frame('')));
  await using h = await limited(upstream, roomy('user', 'user-1'));
  const abort = new AbortController();
  const messages = [{ role: 'user', content: 'word '.repeat(1_000) }];
  const res = await h.chat(ask({ stream: true, messages }), { signal: abort.signal });
  abort.abort();
  await expect(res.text()).rejects.toThrow();
  await vi.waitFor(() => expect(h.records).toMatchObject([{ outcome: 'aborted' }]));
  expect(h.records[0]).toMatchObject({ estimated: true, outputTokens: 0 });
  expect(h.records[0]?.inputTokens).toBeGreaterThanOrEqual(1_000);
});

test.each<[string, Respond, status: number]>([
  ['refuses the request', (_call, res) => void res.writeHead(400).end('{}'), 400],
  ['fails', (_call, res) => void res.writeHead(500).end('{}'), 502],
  ['breaks off', (_call, res) => void res.destroy(), 502],
])('a platform that %s leaves nothing held', async (_what, respond, status) => {
  await using upstream = await scriptedUpstream(respond);
  await using h = await limited(upstream, EVERYWHERE);
  expect((await h.chat(ask())).status).toBe(status);
  expect(new Set(await h.held())).toEqual(new Set([0]));
});

test('bodies that are no JSON count as requests, and meet the limit', async () => {
  await using upstream = await scriptedUpstream(answers());
  await using h = await limited(upstream, [rule('key', 'key-1', 'requests-per-minute', 3)]);
  const statuses = [];
  for (let n = 0; n < 5; n += 1) statuses.push((await h.chat('{')).status);
  expect(statuses).toEqual([400, 400, 400, 429, 429]);
  expect((await h.chat(ask())).status).toBe(429);
});

test('an error repeats no more of a request than a person reads', async () => {
  await using upstream = await scriptedUpstream(answers());
  await using h = await limited(upstream, []);
  const logit_bias = { ['name '.repeat(200_000)]: 'much' };
  const res = await fetch(`${h.url}/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer gh-good' },
    body: JSON.stringify({ model: 'gpt-lab', prompt: 'x', logit_bias }),
  });
  const said = await res.text();
  expect([res.status, said.length < 4_000]).toEqual([400, true]);
  expect(JSON.parse(said)).toMatchObject({
    error: { param: expect.stringMatching(/^logit_bias/) },
  });
  const [record, trace] = [h.records[0], h.traces[0]];
  expect(JSON.stringify([record, trace]).length).toBeLessThan(8_000);
});

test('a flood of refused requests is recorded up to a bound', async () => {
  await using upstream = await scriptedUpstream(answers());
  await using h = await limited(upstream, []);
  for (let n = 0; n < 13; n += 1) {
    await Promise.all(Array.from({ length: 50 }, async () => (await h.chat('{')).text()));
  }
  // Two minutes at most were touched.
  expect(h.records.length).toBeGreaterThanOrEqual(600);
  expect(h.records.length).toBeLessThanOrEqual(650);
  expect((await h.chat(ask())).status).toBe(200);
  expect(h.records.at(-1)?.outcome).toBe('ok');
});

test.each([
  ['images', 'images/generations', { prompt: 'a cat', n: 10 }],
  ['speech', 'audio/speech', { input: 'x'.repeat(10) }],
  ['searches', 'rerank', { query: 'x', documents: Array(910).fill('y') }],
])('%s are reserved by their number, before they are there', async (_what, path, body) => {
  await using upstream = await scriptedUpstream((_call, res) => void res.writeHead(400).end('{}'));
  const perUnit = { image: 100_000, character: 100_000_000_000, search: 100_000_000 };
  const price = { input: 0, cached: 0, cacheWrite: 0, output: 0, perUnit };
  const routes = [{ platformId: 'lab', upstreamModel: 'tiny', weight: 1, priority: 0 }];
  const model = { name: 'gpt-lab', routes, price, createdAt: 1 };
  const post = async (limit: number) => {
    await using h = await limited(upstream, [rule('key', 'key-1', 'cost-per-day', limit)], {
      platform: { operations: openaiOperations(upstream.url, 'images', 'speech', 'rerank') },
      models: { find: () => model, list: () => [model] },
    });
    const res = await fetch(`${h.url}/${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer gh-good', 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-lab', ...body }),
    });
    expect(h.traces[0]?.trace.limits).toMatchObject([{ asked: 1_000_000 }]);
    return res.status;
  };
  expect([await post(999_999), upstream.calls.length]).toEqual([429, 0]);
  expect([await post(1_000_000), upstream.calls.length]).toEqual([400, 1]);
});

test.each([['json'], ['text'], ['srt']])(
  'sound to be written down as %s is reserved and charged by its length',
  async (format) => {
    await using upstream = await scriptedUpstream(
      (_call, res) => void res.setHeader('content-type', 'text/plain').end('{"text":""}'),
    );
    const price = { input: 0, cached: 0, cacheWrite: 0, output: 0, perUnit: { second: 6_000 } };
    const routes = [{ platformId: 'lab', upstreamModel: 'tiny', weight: 1, priority: 0 }];
    const model = { name: 'gpt-lab', routes, price, createdAt: 1 };
    const post = async (limit: number) => {
      await using h = await limited(upstream, [rule('key', 'key-1', 'cost-per-day', limit)], {
        platform: { operations: openaiOperations(upstream.url, 'transcription') },
        models: { find: () => model, list: () => [model] },
      });
      const form = new FormData();
      form.set('file', new Blob([new Uint8Array(480_000)]), 'voice.mp3');
      form.set('model', 'gpt-lab');
      form.set('response_format', format);
      const res = await fetch(`${h.url}/audio/transcriptions`, {
        method: 'POST',
        headers: { authorization: 'Bearer gh-good' },
        body: form,
      });
      await res.text();
      return [res.status, h.records[0]?.cost ?? null];
    };
    // Two minutes of sound, at 32 kbit/s.
    expect(await post(11_999)).toEqual([429, null]);
    expect(await post(12_000)).toEqual([200, 12_000]);
  },
);
