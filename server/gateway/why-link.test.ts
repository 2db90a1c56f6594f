import { expect, test } from 'vitest';
import { AppError, type ErrorCode } from '#shared/errors.ts';
import { ask, gatewayHarness } from '../testing/gateway-harness.ts';
import {
  answer,
  chunk,
  failure,
  rawStream,
  scriptedUpstream,
} from '../testing/scripted-upstream.ts';
import type { QuotaGate } from './ports.ts';

const refusing = (code: ErrorCode): QuotaGate => ({
  hold: () => Promise.reject(new AppError(code, 'The limit is reached.', { retryAfterMs: 5_000 })),
  settle: () => undefined,
});

/** The same question at each kind of door. */
const DOORS = [
  ['/v1/chat/completions', ask()],
  ['/v1/responses', { model: 'gpt-lab', input: 'hi' }],
  ['/v1/messages', { ...ask(), max_tokens: 10 }],
  ['/v1/embeddings', { model: 'gpt-lab', input: 'hi' }],
  ['/v1beta/models/gpt-lab:generateContent', { contents: [{ parts: [{ text: 'hi' }] }] }],
] as const;

const post = (origin: string, path: string, body: object, key = 'gh-good') =>
  fetch(`${origin}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test.each(DOORS)(
  'a limit’s refusal at %s leads to the page that explains it',
  async (path, body) => {
    await using upstream = await scriptedUpstream(answer());
    await using h = await gatewayHarness(upstream, { quotas: refusing('rate_limited') });
    const res = await post(h.origin, path, body);
    const link = `https://gatehouse.test/why/${res.headers.get('x-request-id')}`;
    expect(res.headers.get('x-gatehouse-why')).toBe(link);
    expect(res.headers.get('retry-after')).toBe('5');
    const { error } = (await res.json()) as { error: { message: string } };
    expect(error.message).toBe(`The limit is reached. Details: ${link}`);
    // What is kept is the message without the link: the page needs none to itself.
    expect(h.records[0]?.error).toBe('The limit is reached.');
    expect(h.traces).toEqual([
      expect.objectContaining({
        id: res.headers.get('x-request-id'),
        userId: 'user-1',
        asked: expect.objectContaining({ model: 'gpt-lab' }),
        error: expect.objectContaining({ code: 'rate_limited', message: 'The limit is reached.' }),
      }),
    ]);
  },
);

test.each(['quota_exhausted', 'no_account', 'bound_elsewhere', 'upstream_rate_limited'] as const)(
  'the message of %s names the page',
  async (code) => {
    await using upstream = await scriptedUpstream(answer());
    await using h = await gatewayHarness(upstream, { quotas: refusing(code) });
    expect(await (await h.chat(ask())).text()).toContain('Details: https://gatehouse.test/why/');
  },
);

test('other errors say so in the header only: their message is the whole story', async () => {
  await using upstream = await scriptedUpstream(answer());
  await using h = await gatewayHarness(upstream);
  const res = await h.chat({ model: 'nothing' });
  expect(res.headers.get('x-gatehouse-why')).toMatch(/^https:\/\/gatehouse\.test\/why\//);
  expect(await res.text()).not.toContain('Details:');
});

test('who is not known gets no link, for they could not open it; nothing is kept of them', async () => {
  await using upstream = await scriptedUpstream(answer());
  await using h = await gatewayHarness(upstream, { quotas: refusing('rate_limited') });
  const res = await post(h.origin, '/v1/chat/completions', ask(), 'gh-bad');
  expect([res.status, res.headers.get('x-gatehouse-why')]).toEqual([401, null]);
  expect(h.traces).toEqual([]);
});

test('without a known address of the console there is no link', async () => {
  await using upstream = await scriptedUpstream(answer());
  const quotas = refusing('rate_limited');
  await using h = await gatewayHarness(upstream, { quotas, whyUrl: () => null });
  const res = await h.chat(ask());
  expect(res.headers.get('x-gatehouse-why')).toBeNull();
  expect(await res.text()).not.toContain('Details:');
});

test('an answer that was given has no link, and a trace of its own', async () => {
  await using upstream = await scriptedUpstream(answer());
  await using h = await gatewayHarness(upstream);
  const res = await h.chat(ask());
  expect([res.status, res.headers.get('x-gatehouse-why')]).toEqual([200, null]);
  await res.text();
  expect(h.traces).toMatchObject([{ error: null, asked: { operation: 'chat', stream: false } }]);
});

test('a stream that broke off says so; its message needs no page', async () => {
  await using upstream = await scriptedUpstream(rawStream([chunk('Hello')], { cut: true }));
  await using h = await gatewayHarness(upstream);
  const res = await h.chat(ask({ stream: true }));
  const text = await res.text();
  // The platform broke off: told in full already, so without a link.
  expect(text).toContain('error');
  expect(text).not.toContain('Details:');
  expect(h.traces).toMatchObject([{ error: { code: 'upstream_failed' } }]);
});

test('a stream that began with heartbeats ends in an error that names the page', async () => {
  await using upstream = await scriptedUpstream(failure(429));
  const pause = Promise.withResolvers<void>();
  await using h = await gatewayHarness(upstream, {
    heartbeatMs: 1,
    quotas: {
      hold: async ({ requestId }) => ({ id: requestId, limits: [] }),
      settle: () => undefined,
    },
    callPlatform: async () => {
      await pause.promise;
      throw new AppError('upstream_rate_limited', 'The platform is limiting.');
    },
  });
  const res = await h.chat(ask({ stream: true }));
  pause.resolve();
  expect(res.status).toBe(200);
  expect(await res.text()).toContain('Details: https://gatehouse.test/why/');
});
