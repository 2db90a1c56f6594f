import { expect, test } from 'vitest';
import type { Protocol } from '#shared/schemas/platforms.ts';
import { gatewayHarness } from '../../testing/gateway-harness.ts';
import { raw, scriptedUpstream } from '../../testing/scripted-upstream.ts';

type Counting = { protocol: Protocol; path: string; body: object; count: string };

const COUNTINGS: readonly Counting[] = [
  {
    protocol: 'anthropic-messages',
    path: '/v1/messages/count_tokens',
    body: { model: 'gpt-lab', messages: [{ role: 'user', content: 'Hello' }] },
    count: '{"input_tokens": 7}',
  },
  {
    protocol: 'gemini',
    path: '/v1beta/models/gpt-lab:countTokens',
    body: { contents: [{ parts: [{ text: 'Hello' }] }] },
    count: '{"totalTokens": 7}',
  },
];

async function count({ protocol, path, body }: Counting, type: string, said: string) {
  await using upstream = await scriptedUpstream(raw(200, type, said));
  const endpoints = [{ protocol, baseUrl: upstream.url, auth: 'bearer' }] as const;
  await using h = await gatewayHarness(upstream, { platform: { endpoints } });
  const res = await fetch(h.origin + path, {
    method: 'POST',
    headers: { authorization: 'Bearer gh-good' },
    body: JSON.stringify(body),
  });
  return { status: res.status, type: res.headers.get('content-type'), text: await res.text() };
}

test.each(COUNTINGS)('$path passes a count on byte by byte', async (counting) => {
  const { status, text } = await count(counting, 'application/json', counting.count);
  expect([status, text]).toEqual([200, counting.count]);
});

test.each(COUNTINGS)(
  '$path is JSON to a browser, whatever the platform calls it',
  async (counting) => {
    const { type } = await count(counting, 'text/html', counting.count);
    expect(type).toBe('application/json; charset=utf-8');
  },
);

test.each(COUNTINGS)('$path takes no page for a count', async (counting) => {
  const { status, text } = await count(counting, 'text/html', '<script>alert(1)</script>');
  expect(status).toBe(502);
  expect(text).toMatch(/no count of tokens/);
});
