import { expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import type { Endpoint } from '../platforms/platform.ts';
import { ask, gatewayHarness, json } from '../testing/gateway-harness.ts';
import { answer, failure, raw, scriptedUpstream } from '../testing/scripted-upstream.ts';
import type { LentUse, PoolCredit } from './ports.ts';

/** Credit that a test decides about. In the harness the first account is one's own, the others lent. */
function creditOf({ may = true, enough = true } = {}) {
  const reserved: string[] = [];
  const settled: (LentUse | null)[] = [];
  const credit: PoolCredit = {
    may: () => may,
    async reserve(userId, model, { requestId }) {
      reserved.push(requestId);
      return enough ? { userId, model, requestId } : null;
    },
    settle: (_hold, use) => settled.push(use),
    refusal: () =>
      new AppError('quota_exhausted', 'Your pool credit is used up.', { retryAfterMs: 9_000 }),
  };
  return { credit, reserved, settled };
}

const LENT_ONLY = { accounts: ['mine', 'lent'], resting: new Map([['mine', 4e12]]) };

test('an own account needs no credit', async () => {
  await using upstream = await scriptedUpstream(answer());
  const { credit, reserved, settled } = creditOf({ may: false, enough: false });
  await using h = await gatewayHarness(upstream, { accounts: ['mine', 'lent'], credit });
  expect((await h.chat(ask())).status).toBe(200);
  expect([reserved, settled]).toEqual([[], []]);
  expect(h.traces[0]?.trace.skipped).toMatchObject([{ accountId: 'lent', reason: 'credit' }]);
});

test('a lent account is paid for once, with the tokens it took', async () => {
  await using upstream = await scriptedUpstream(answer());
  const { credit, reserved, settled } = creditOf();
  await using h = await gatewayHarness(upstream, { ...LENT_ONLY, credit });
  expect((await h.chat(ask())).status).toBe(200);
  const { inputTokens = 0, outputTokens = 0 } = h.records[0] ?? {};
  expect(reserved).toEqual([h.records[0]?.id]);
  expect(settled).toEqual([{ accountId: 'lent', tokens: inputTokens + outputTokens }]);
});

test('a lent account that fails costs nothing when another one answers', async () => {
  await using upstream = await scriptedUpstream(failure(500), answer());
  const { credit, settled } = creditOf();
  const accounts = ['mine', 'lent', 'other'];
  await using h = await gatewayHarness(upstream, { ...LENT_ONLY, accounts, credit });
  expect((await h.chat(ask())).status).toBe(200);
  expect(settled).toMatchObject([{ accountId: 'other' }]);
});

test('what all lent accounts failed to answer is given back', async () => {
  await using upstream = await scriptedUpstream(failure(500));
  const { credit, settled } = creditOf();
  await using h = await gatewayHarness(upstream, { ...LENT_ONLY, credit });
  expect((await h.chat(ask())).status).toBe(502);
  expect(settled).toEqual([null]);
});

test('what is answered in the background, uncounted, is asked of no lent account', async () => {
  const queued = { id: 'resp_1', object: 'response', status: 'queued', output: [], usage: null };
  await using upstream = await scriptedUpstream(
    raw(200, 'application/json', JSON.stringify(queued)),
  );
  const endpoint: Endpoint = {
    protocol: 'openai-responses',
    baseUrl: upstream.url,
    auth: 'bearer',
  };
  const { credit, reserved } = creditOf();
  const resting = new Map<string, number>();
  await using h = await gatewayHarness(upstream, {
    platform: { endpoints: [endpoint] },
    accounts: ['mine', 'lent'],
    resting,
    credit,
  });
  const post = (background: boolean) =>
    fetch(`${h.url}/responses`, {
      method: 'POST',
      headers: { authorization: 'Bearer gh-good' },
      body: JSON.stringify({ model: 'gpt-lab', input: 'x', background }),
    });
  expect((await post(true)).status).toBe(200);
  resting.set('mine', 4e12);
  const refused = await post(true);
  expect([refused.status, await refused.json()]).toMatchObject([
    400,
    { error: { param: 'background', message: expect.stringContaining('own accounts') } },
  ]);
  expect([upstream.calls.length, reserved, h.held.size]).toEqual([1, [], 0]);
  expect(h.traces[1]?.trace.skipped).toContainEqual(
    expect.objectContaining({ accountId: 'lent', reason: 'unfit' }),
  );
  expect((await post(false)).status).toBe(200);
});

test.each([
  ['known', { may: false }],
  ['found out when it is reserved', { enough: false }],
])('without credit, %s, the refusal says so and when to come back', async (_, facts) => {
  await using upstream = await scriptedUpstream(answer());
  const { credit, settled } = creditOf(facts);
  await using h = await gatewayHarness(upstream, { ...LENT_ONLY, credit });
  const refused = await h.chat(ask());
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '9']);
  expect(await json(refused)).toMatchObject({ error: { code: 'insufficient_quota' } });
  expect(upstream.calls).toHaveLength(0);
  expect([h.held.size, h.busy.size, settled]).toEqual([0, 0, []]);
  expect(h.traces[0]?.trace.skipped).toContainEqual(
    expect.objectContaining({ accountId: 'lent', reason: 'credit' }),
  );
});
