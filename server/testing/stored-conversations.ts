import OpenAI from 'openai';
import type { StoredResponse } from '#server/gateway/ports.ts';
import type { Endpoint } from '#server/platforms/platform.ts';
import { gatewayHarness, type HarnessOptions } from '#server/testing/gateway-harness.ts';
import { type Respond, raw, type ScriptedUpstream } from '#server/testing/scripted-upstream.ts';

export const client = (url: string) =>
  new OpenAI({ apiKey: 'gh-good', baseURL: url, maxRetries: 0 });

/** A platform that speaks Responses itself. */
export const native = (upstream: ScriptedUpstream, more: HarnessOptions = {}) => {
  const endpoint: Endpoint = {
    protocol: 'openai-responses',
    baseUrl: upstream.url,
    auth: 'bearer',
  };
  return gatewayHarness(upstream, { platform: { endpoints: [endpoint] }, ...more });
};

/** Shaped as in https://platform.openai.com/docs/api-reference/responses/object */
export const theirs = (more: object = {}) => ({
  id: 'resp_theirs1',
  object: 'response',
  created_at: 1,
  status: 'completed',
  model: 'tiny',
  output: [
    {
      id: 'msg_theirs1',
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'Hello from afar', annotations: [] }],
    },
  ],
  usage: { input_tokens: 7, output_tokens: 3, total_tokens: 10 },
  store: true,
  ...more,
});

export const says = (json: object, status = 200): Respond =>
  raw(status, 'application/json', JSON.stringify(json));

export const stored = (more: Partial<StoredResponse> = {}): StoredResponse => ({
  id: 'resp_planted',
  userId: 'user-1',
  heldBy: null,
  model: 'gpt-lab',
  previousId: null,
  input: [{ id: 'msg_in', type: 'message', role: 'user', content: 'A planted question' }],
  answer: theirs({ id: 'resp_planted' }),
  itemIds: [],
  createdAt: 1,
  ...more,
});

/** The roles and words of a chat as the platform got it. */
export function heard({ calls }: ScriptedUpstream): unknown[][] {
  const messages = calls.at(-1)?.json?.['messages'] as { role: string; content: unknown }[];
  return messages.map(({ role, content }) => [role, content]);
}
