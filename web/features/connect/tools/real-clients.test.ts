import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { TOOLS } from './index.ts';
import { KEY_VARIABLE } from './tool.ts';

// The TypeScript lines are run as they are shown, with the packages they name, against a server
// that notes what it is asked. So a base URL that a package reads differently shows at once.

type Asked = { path: string; keys: (string | undefined)[]; body: unknown };

const KEY = 'gh-test';
const asked: Asked[] = [];
let origin = '';

/** The shortest answer of each door that its clients accept: the providers' API references. */
function answerTo(path: string): unknown {
  if (path === '/v1/chat/completions') {
    const message = { role: 'assistant', content: 'hello' };
    return {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1,
      model: 'gpt-lab',
      choices: [{ index: 0, finish_reason: 'stop', message }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    };
  }
  if (path === '/v1/responses') {
    const content = [{ type: 'output_text', text: 'hello', annotations: [] }];
    return {
      id: 'resp_1',
      object: 'response',
      created_at: 1,
      status: 'completed',
      model: 'gpt-lab',
      output: [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content }],
    };
  }
  if (path === '/v1/messages') {
    return {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'gpt-lab',
      content: [{ type: 'text', text: 'hello' }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 1 },
    };
  }
  if (/^\/v1(beta)?\/models\/gpt-lab:generateContent$/.test(path)) {
    const content = { role: 'model', parts: [{ text: 'hello' }] };
    return {
      candidates: [{ index: 0, finishReason: 'STOP', content }],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
    };
  }
  return null;
}

async function textOf(req: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of req) text += String(chunk);
  return text;
}

const server = createServer((req, res) => {
  void textOf(req).then((text) => {
    const path = (req.url ?? '').split('?')[0] ?? '';
    const { authorization, 'x-api-key': anthropic, 'x-goog-api-key': google } = req.headers;
    const keys = [authorization?.replace('Bearer ', ''), anthropic, google].map((key) =>
      key === undefined ? undefined : String(key),
    );
    asked.push({ path, keys: keys.filter((key) => key !== undefined), body: JSON.parse(text) });
    const answer = answerTo(path);
    res.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
    res.end(JSON.stringify(answer ?? { error: { message: `nothing at ${path}` } }));
  });
});

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  asked.length = 0;
});

const PACKAGES: Readonly<Record<string, () => Promise<unknown>>> = {
  openai: () => import('openai'),
  '@anthropic-ai/sdk': () => import('@anthropic-ai/sdk'),
  '@google/genai': () => import('@google/genai'),
  '@langchain/openai': () => import('@langchain/openai'),
  ai: () => import('ai'),
  '@ai-sdk/openai-compatible': () => import('@ai-sdk/openai-compatible'),
  '@ai-sdk/anthropic': () => import('@ai-sdk/anthropic'),
  '@ai-sdk/google': () => import('@ai-sdk/google'),
};

type Program = (packages: unknown, process: unknown, console: unknown) => Promise<void>;
const AsyncFunction = (async () => {}).constructor as new (...parts: string[]) => Program;

/** Runs shown lines: imports are handed in, what is logged comes back. */
async function run(text: string): Promise<string[]> {
  const packages: Record<string, unknown> = {};
  for (const [, name = ''] of text.matchAll(/^import .* from "(.*)";$/gm))
    packages[name] = await PACKAGES[name]?.();
  const body = text
    .replace(/^import (\w+) from (".*");$/gm, 'const { default: $1 } = packages[$2];')
    .replace(/^import (\{.*\}) from (".*");$/gm, 'const $1 = packages[$2];');
  const said: string[] = [];
  const log = (value: unknown) => said.push(JSON.stringify(value));
  const program = new AsyncFunction('packages', 'process', 'console', body);
  await program(packages, { env: { [KEY_VARIABLE]: KEY } }, { log });
  return said;
}

test.each([
  ['openai', 'typescript', ['/v1/chat/completions', '/v1/responses']],
  ['anthropic', 'typescript', ['/v1/messages']],
  ['google', 'typescript', ['/v1/models/gpt-lab:generateContent']],
  ['vercel', 'openai-compatible', ['/v1/chat/completions']],
  ['vercel', 'anthropic', ['/v1/messages']],
  ['vercel', 'google', ['/v1beta/models/gpt-lab:generateContent']],
  ['langchain', 'typescript', ['/v1/chat/completions']],
] as const)('%s, %s: the shown lines reach the right door', async (id, way, doors) => {
  const prompt = `Say "hello", it's me.`;
  const variant = TOOLS[id]
    .variants({ origin, model: 'gpt-lab', prompt })
    .find((each) => each.id === way);
  const [step] = variant?.steps ?? [];
  const said = await run(step?.kind === 'code' ? step.text : '');
  expect(asked.map(({ path }) => path)).toEqual(doors);
  for (const { keys, path, body } of asked) {
    expect(keys).toEqual([KEY]);
    expect(`${path} ${JSON.stringify(body)}`).toContain('gpt-lab');
    expect(JSON.stringify(body)).toContain(JSON.stringify(prompt));
  }
  expect(said).toHaveLength(doors.length);
  for (const line of said) expect(line).toContain('hello');
});
