import { describe, expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import type { Endpoint } from '../platforms/platform.ts';
import { gatewayHarness, type HarnessOptions } from '../testing/gateway-harness.ts';
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
