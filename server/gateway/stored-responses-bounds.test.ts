import { expect, test } from 'vitest';
import type { Endpoint } from '../platforms/platform.ts';
import { gatewayHarness, type HarnessOptions } from '../testing/gateway-harness.ts';
import { raw, type ScriptedUpstream, scriptedUpstream } from '../testing/scripted-upstream.ts';

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
