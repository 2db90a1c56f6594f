import { describe, expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import type { QuotaMetric, QuotaRule } from '#shared/schemas/quotas.ts';
import { createMemoryQuotaGate } from '../features/quotas/index.ts';
import type { Endpoint } from '../platforms/platform.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { gatewayHarness, type HarnessOptions } from '../testing/gateway-harness.ts';
import { memoryResponses } from '../testing/memory-responses.ts';
import { raw, type ScriptedUpstream, scriptedUpstream } from '../testing/scripted-upstream.ts';
import type { QuotaGate, StoredResponse } from './ports.ts';

/* What a client or a platform may take up here by way of stored responses. */

const native = (upstream: ScriptedUpstream, more: HarnessOptions = {}) => {
  const endpoint: Endpoint = {
    protocol: 'openai-responses',
    baseUrl: upstream.url,
    auth: 'bearer',
  };
  return gatewayHarness(upstream, { platform: { endpoints: [endpoint] }, ...more });
};

const post = (url: string, body: object) =>
  fetch(`${url}/responses`, {
    method: 'POST',
    headers: { authorization: 'Bearer gh-good' },
    body: JSON.stringify({ model: 'gpt-lab', ...body }),
  });

const PREVIOUS = { previous_response_id: 'resp_a1' };

const says = (output: object[]) =>
  raw(
    200,
    'application/json',
    JSON.stringify({ id: 'resp_up', object: 'response', status: 'completed', output, store: true }),
  );

test('of an answer of thousands of items the first thousand are noted', async () => {
  const items = Array.from({ length: 1_200 }, (_, index) => ({
    id: `msg_${index}`,
    type: 'message',
    role: 'assistant',
    content: [],
  }));
  await using upstream = await scriptedUpstream(says(items));
  await using h = await native(upstream);
  expect((await post(h.url, { input: 'x' })).status).toBe(200);
  const [saved] = h.responses.saved;
  expect(saved?.itemIds).toHaveLength(1_000);
  expect(saved?.itemIds[0]).toBe('msg_0');
});

describe('looking at a response counts as a request', () => {
  const planted: StoredResponse = {
    id: 'resp_planted',
    userId: 'user-1',
    heldBy: null,
    model: 'gpt-lab',
    previousId: null,
    input: [],
    answer: { id: 'resp_planted', object: 'response' },
    itemIds: [],
    createdAt: 1,
  };
  const WAYS = [
    ['GET', 'resp_planted'],
    ['GET', 'resp_planted/input_items'],
    ['GET', 'resp_unknown'],
    ['POST', 'resp_planted/cancel'],
    ['DELETE', 'resp_planted'],
  ];
  const ask = (url: string, method: string, path: string) =>
    fetch(`${url}/responses/${path}`, { method, headers: { authorization: 'Bearer gh-good' } });

  test.each(WAYS)('%s %s', async (method, path) => {
    await using upstream = await scriptedUpstream();
    await using h = await gatewayHarness(upstream);
    h.responses.saved.push(planted);
    await (await ask(h.url, method, path)).text();
    expect([h.held.size, h.settled]).toEqual([0, [0]]);
  });

  test.each(WAYS)('%s %s is not looked for past the limit', async (method, path) => {
    await using upstream = await scriptedUpstream();
    const quotas: QuotaGate = {
      hold: () => Promise.reject(new AppError('rate_limited', 'Enough for this minute.')),
      settle: () => expect.unreachable(),
    };
    await using h = await gatewayHarness(upstream, { quotas });
    h.responses.saved.push(planted);
    let looked = 0;
    const { find } = h.responses;
    h.responses.find = (...asked) => {
      looked += 1;
      return find(...asked);
    };
    expect((await ask(h.url, method, path)).status).toBe(429);
    expect([looked, h.responses.saved.length]).toEqual([0, 1]);
  });
});

describe('a conversation is recalled under the limits', () => {
  const LONG = 'word '.repeat(1_000);
  const planted = (id: string, previousId: string | null = null): StoredResponse => ({
    id,
    userId: 'user-1',
    heldBy: null,
    model: 'gpt-lab',
    previousId,
    input: [{ id: `msg_${id}`, type: 'message', role: 'user', content: LONG }],
    answer: { id, object: 'response', output: [] },
    itemIds: [],
    createdAt: 1,
  });
  const rule = (metric: QuotaMetric, limit: number): QuotaRule => {
    return { subject: 'key', id: 'key-1', metric, limit };
  };

  /** A gateway under these limits that counts how often stored responses are opened. */
  async function limited(upstream: ScriptedUpstream, rules: readonly QuotaRule[]) {
    const quotas = createMemoryQuotaGate({
      clock: fakeClock(),
      zone: 'UTC',
      loadUsed: async () => ({ tokens: 0, cost: 0 }),
    });
    const responses = memoryResponses();
    let opened = 0;
    const { chain, findAll } = responses;
    responses.chain = (...asked) => {
      opened += 1;
      return chain(...asked);
    };
    responses.findAll = (ids, userId) => {
      if (ids.length > 0) opened += 1;
      return findAll(ids, userId);
    };
    responses.saved.push(planted('resp_first'), planted('resp_a1', 'resp_first'));
    const h = await native(upstream, { principal: { rules }, quotas, responses });
    const held = async () => (await quotas.state(rules)).map((state) => state.held);
    const used = async () => (await quotas.state(rules)).map((state) => state.used);
    return Object.assign(h, { held, used, opened: () => opened });
  }

  test('a key past its limit has nothing opened', async () => {
    await using upstream = await scriptedUpstream(says([]));
    await using h = await limited(upstream, [rule('requests-per-minute', 1)]);
    expect((await post(h.url, { input: 'x' })).status).toBe(200);
    expect((await post(h.url, { input: 'x', ...PREVIOUS })).status).toBe(429);
    const refer = [{ type: 'item_reference', id: 'msg_01890a5dac96774bbcceb302099a8057_o0' }];
    expect((await post(h.url, { input: refer })).status).toBe(429);
    expect([h.opened(), upstream.calls.length]).toEqual([0, 1]);
  });

  test('what is said of another model, or of none, opens nothing', async () => {
    await using upstream = await scriptedUpstream();
    await using h = await limited(upstream, []);
    expect((await post(h.url, { model: 'none', input: 'x', ...PREVIOUS })).status).toBe(404);
    expect(h.opened()).toBe(0);
  });

  test('the conversation is reserved like the request’s own input', async () => {
    await using upstream = await scriptedUpstream(says([]), says([]));
    await using h = await limited(upstream, [rule('tokens-per-day', 2_000)]);
    const body = { max_output_tokens: 10, ...PREVIOUS };
    const res = await post(h.url, { input: 'x', ...body });
    expect([res.status, upstream.calls.length]).toEqual([429, 0]);
    expect([await h.held(), await h.used()]).toEqual([[0], [0]]);
    expect(h.traces[0]?.trace.limits).toMatchObject([{ decided: true, asked: 2_511 }]);
    expect((await post(h.url, { input: 'x', max_output_tokens: 10 })).status).toBe(200);
  });

  test('and given back when the answer is there', async () => {
    await using upstream = await scriptedUpstream(says([]));
    const rules = [rule('tokens-per-day', 5_000), rule('requests-per-minute', 9)];
    await using h = await limited(upstream, [...rules, rule('concurrency', 1)]);
    expect((await post(h.url, { input: 'x', max_output_tokens: 10, ...PREVIOUS })).status).toBe(
      200,
    );
    const [tokens, requests, running] = await h.used();
    expect([requests, running, await h.held()]).toEqual([1, 0, [0, 0, 0]]);
    expect(tokens).toBeGreaterThan(1_000);
    expect(h.traces[0]?.trace.limits).toHaveLength(3);
  });

  test('a conversation that is not there leaves nothing held, and counts as a request', async () => {
    await using upstream = await scriptedUpstream();
    const rules = [rule('tokens-per-day', 5_000), rule('requests-per-minute', 9)];
    await using h = await limited(upstream, rules);
    const res = await post(h.url, { input: 'x', previous_response_id: 'resp_none' });
    expect([res.status, await res.json()]).toMatchObject([
      400,
      { error: { code: 'previous_response_not_found' } },
    ]);
    expect([await h.held(), await h.used()]).toEqual([
      [0, 0],
      [0, 1],
    ]);
    expect(h.records).toMatchObject([{ outcome: 'previous_response_not_found' }]);
  });
});

describe('only what is known may be referred to', () => {
  const heldBy = (accountId: string) => ({ accountId, platformId: 'lab' });
  const stored = (more: Partial<StoredResponse>): StoredResponse => ({
    id: 'resp_a1',
    userId: 'user-1',
    heldBy: heldBy('a1'),
    model: 'gpt-lab',
    previousId: null,
    input: [],
    answer: null,
    itemIds: ['msg_a1'],
    createdAt: 1,
    ...more,
  });
  const refer = (ids: string[], more: object = {}) => ({
    input: [...ids.map((id) => ({ type: 'item_reference', id })), { role: 'user', content: 'x' }],
    ...more,
  });
  const OURS = 'msg_01890a5dac96774bbcceb302099a8057_o0';

  test.each([
    ['of nobody', ['msg_a1', 'msg_nobody'], {}],
    ['of another person', ['msg_another'], {}],
    ['of ours that is gone', [OURS], {}],
    ['of nobody, beside a response at a platform', ['msg_a1', 'msg_nobody'], PREVIOUS],
    ['of another person, beside a response at a platform', ['msg_another'], PREVIOUS],
    ['of a response with a model that the key may not use', ['msg_secret'], {}],
  ])('an item %s is refused', async (_what, ids, more) => {
    await using upstream = await scriptedUpstream(says([]));
    const principal = { allowedModels: ['gpt-lab'] };
    await using h = await native(upstream, { principal });
    h.responses.saved.push(
      stored({}),
      stored({ id: 'resp_another', userId: 'user-2', itemIds: ['msg_another'] }),
      stored({ id: 'resp_secret', model: 'secret', itemIds: ['msg_secret'] }),
    );
    const res = await post(h.url, refer(ids, more));
    expect([res.status, await res.json()]).toMatchObject([
      400,
      { error: { param: 'input', message: expect.stringContaining('not known here') } },
    ]);
    expect(upstream.calls).toEqual([]);
  });

  test('a known one passes, beside a response at the same account, too', async () => {
    await using upstream = await scriptedUpstream(says([]), says([]), says([]));
    await using h = await native(upstream);
    h.responses.saved.push(stored({}), stored({ id: 'resp_b', itemIds: ['msg_b'] }));
    expect((await post(h.url, refer(['msg_a1', 'msg_b']))).status).toBe(200);
    expect((await post(h.url, refer(['msg_a1', 'msg_b'], PREVIOUS))).status).toBe(200);
    h.responses.saved.push(stored({ id: 'resp_a2', heldBy: heldBy('a2'), itemIds: ['msg_a2'] }));
    expect((await post(h.url, refer(['msg_a2'], PREVIOUS))).status).toBe(409);
    expect(upstream.calls).toHaveLength(2);
  });

  test('one in the conversation that is continued is known', async () => {
    await using upstream = await scriptedUpstream(says([]));
    await using h = await native(upstream);
    const output = [{ id: 'msg_told', type: 'message', role: 'assistant', content: [] }];
    h.responses.saved.push(stored({ heldBy: null, itemIds: [], answer: { output } }));
    expect((await post(h.url, refer(['msg_told'], PREVIOUS))).status).toBe(200);
    expect(upstream.calls[0]?.json?.['input']).toHaveLength(2);
  });

  test('where nothing is kept they pass to the one account, and are refused where two serve', async () => {
    await using upstream = await scriptedUpstream(says([]));
    const responses = memoryResponses(false);
    await using one = await native(upstream, { responses });
    expect((await post(one.url, refer(['msg_any']))).status).toBe(200);
    await using two = await native(upstream, { responses, accounts: ['a1', 'a2'] });
    const res = await post(two.url, refer(['msg_any']));
    expect([res.status, upstream.calls.length]).toEqual([409, 1]);
  });
});
