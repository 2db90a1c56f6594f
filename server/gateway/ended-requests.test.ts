import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { ask, gatewayHarness } from '../testing/gateway-harness.ts';
import {
  type ScriptedUpstream,
  scriptedUpstream,
  silence,
  stuckStream,
} from '../testing/scripted-upstream.ts';

const REASON = new AppError('ended_by_admin', 'An admin ended it.');

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await scriptedUpstream();
});
afterAll(() => upstream[Symbol.asyncDispose]());

type Harness = Awaited<ReturnType<typeof gatewayHarness>>;
const soon = (check: () => unknown) => vi.waitFor(check, { timeout: 30_000 });

/** Nothing is left of the request but its one record. */
async function expectSettled(h: Harness): Promise<void> {
  await soon(() => expect(h.gateway.running()).toBe(0));
  expect(h.records).toHaveLength(1);
  expect(h.records[0]).toMatchObject({ outcome: 'ended_by_admin', userId: 'user-1' });
  expect(h.held.size).toBe(0);
  expect(h.busy.size).toBe(0);
  expect(h.errors).toEqual([]);
}

describe('what a person has running is ended from outside', () => {
  test('a stream ends with an error of its protocol, settled by what was written', async () => {
    upstream.script(stuckStream('one two three'));
    await using h = await gatewayHarness(upstream);
    const client = new OpenAI({ apiKey: 'gh-good', baseURL: h.url, maxRetries: 0 });
    const stream = await client.chat.completions.create({
      model: 'gpt-lab',
      messages: [{ role: 'user', content: 'Say hello' }],
      stream: true,
    });
    const events = stream[Symbol.asyncIterator]();
    expect((await events.next()).value.choices[0]?.delta.content).toBe('one two three');

    expect([...h.gateway.requests.users()]).toEqual(['user-1']);
    const [ended] = h.gateway.requests.end('user-1', REASON);
    expect(ended).toMatchObject({
      model: 'gpt-lab',
      stream: true,
      asked: true,
      door: 'openai-chat',
    });
    await expect(events.next()).rejects.toMatchObject({ code: 'ended_by_admin' });
    await ended?.done;
    await expectSettled(h);
    expect(h.records[0]).toMatchObject({ estimated: true, status: 403 });
    expect(h.records[0]?.outputTokens).toBeGreaterThan(0);
    expect(h.outcomes).toEqual([['a1', 'neutral']]);
    await upstream.calls[0]?.closed;
  });

  test('a request whose platform has not answered is refused with 403', async () => {
    upstream.script(silence);
    await using h = await gatewayHarness(upstream);
    const answer = h.chat(ask());
    await soon(() => expect(upstream.calls).toHaveLength(1));
    expect(h.gateway.requests.end('user-1', REASON)).toHaveLength(1);
    expect((await answer).status).toBe(403);
    await expectSettled(h);
  });

  test('nobody else’s, none twice, and none that came later', async () => {
    upstream.script(silence);
    await using h = await gatewayHarness(upstream);
    const answer = h.chat(ask());
    await soon(() => expect(upstream.calls).toHaveLength(1));
    expect(h.gateway.requests.end('user-2', REASON)).toEqual([]);
    expect(h.gateway.requests.end('user-1', REASON, Date.now() - 3_600_000)).toEqual([]);
    expect(h.gateway.requests.end('user-1', REASON, Date.now() + 1)).toHaveLength(1);
    expect(h.gateway.requests.end('user-1', REASON)).toEqual([]);
    expect((await answer).status).toBe(403);
  });
});
