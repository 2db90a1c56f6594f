import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import { isWholeFrame } from '../../infra/sse.ts';
import { fakeClock } from '../../testing/fake-clock.ts';
import { sseFrames } from '../../testing/sse-frames.ts';
import type { CallPlatform, UpstreamAnswer, UpstreamRequest } from '../platform.ts';
import { createSandbox } from './index.ts';

const hello = { role: 'user', content: 'Hello brave new  world\n' } as const;

function setUp(randoms: number[] = []) {
  const clock = fakeClock();
  let turn = 0;
  const sandbox = createSandbox({ clock, random: () => randoms[turn++ % randoms.length] ?? 0 });
  return { clock, sandbox };
}

function request(body: unknown, more: Partial<UpstreamRequest> = {}): UpstreamRequest {
  return {
    baseUrl: null,
    path: '/chat/completions',
    method: 'POST',
    auth: 'none',
    secret: null,
    headers: {},
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    options: {},
    signal: new AbortController().signal,
    timeoutMs: 0,
    ...more,
  };
}

async function text(answer: UpstreamAnswer): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function chunks(answer: UpstreamAnswer) {
  const data: string[] = [];
  for await (const frame of sseFrames(answer.body)) {
    expect(isWholeFrame(frame)).toBe(true);
    data.push(
      frame
        .toString()
        .replace(/^data: /, '')
        .trim(),
    );
  }
  expect(data.pop()).toBe('[DONE]');
  return data.map((line) => JSON.parse(line) as OpenAI.ChatCompletionChunk);
}

/** The official client, whose every request the sandbox answers. */
function clientOf(sandbox: CallPlatform) {
  return new OpenAI({
    apiKey: 'none',
    baseURL: 'https://sandbox.invalid',
    maxRetries: 0,
    async fetch(url, init) {
      const answer = await sandbox(
        request(init?.body ?? '', {
          path: new URL(String(url)).pathname,
          method: init?.method === 'GET' ? 'GET' : 'POST',
        }),
      );
      const headers = answer.headers as Record<string, string>;
      return new Response(await text(answer), { status: answer.status, headers });
    },
  });
}

describe('sandbox-echo', () => {
  test('says the last user message again, byte for byte', async () => {
    const { sandbox } = setUp();
    const messages = [{ role: 'system', content: 'be brief' }, hello];
    const answer = await sandbox(request({ model: 'sandbox-echo', messages }));
    const body = JSON.parse(await text(answer)) as OpenAI.ChatCompletion;
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(body.choices[0]?.message.content).toBe(hello.content);
    expect(body.choices[0]?.finish_reason).toBe('stop');
    expect(body.usage).toEqual({ prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 });
  });

  test('streams word by word, role first and the reason last', async () => {
    const { sandbox } = setUp();
    const answer = await sandbox(
      request({ model: 'sandbox-echo', messages: [hello], stream: true }),
    );
    const parts = await chunks(answer);
    expect(answer.headers['content-type']).toMatch('text/event-stream');
    expect(parts[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' });
    expect(parts.map((part) => part.choices[0]?.delta.content ?? '').join('')).toBe(hello.content);
    expect(parts).toHaveLength(1 + 5 + 1);
    expect(parts.at(-1)?.choices[0]?.finish_reason).toBe('stop');
    expect(parts.every((part) => !('usage' in part))).toBe(true);
    expect(new Set(parts.map((part) => part.id)).size).toBe(1);
  });

  test('ends a stream with the usage when asked, the same as without streaming', async () => {
    const { sandbox } = setUp();
    const body = { model: 'sandbox-echo', messages: [hello] };
    const whole = JSON.parse(await text(await sandbox(request(body)))) as OpenAI.ChatCompletion;
    const parts = await chunks(
      await sandbox(request({ ...body, stream: true, stream_options: { include_usage: true } })),
    );
    expect(parts.at(-1)).toMatchObject({ choices: [], usage: whole.usage });
    expect(parts.slice(0, -1).every((part) => part.usage === null)).toBe(true);
  });

  test.each(['max_tokens', 'max_completion_tokens'])('stops at %s and says so', async (limit) => {
    const { sandbox } = setUp();
    const answer = await sandbox(request({ model: 'sandbox-echo', messages: [hello], [limit]: 2 }));
    const body = JSON.parse(await text(answer)) as OpenAI.ChatCompletion;
    expect(body.choices[0]).toMatchObject({
      message: { content: 'Hello brave' },
      finish_reason: 'length',
    });
    expect(body.usage?.completion_tokens).toBe(2);
  });

  test('counts characters where words are not spaced', async () => {
    const { sandbox } = setUp();
    const messages = [{ role: 'user', content: '你好,世界' }];
    const parts = await chunks(
      await sandbox(request({ model: 'sandbox-echo', messages, stream: true })),
    );
    const said = parts.slice(1, -1).map((part) => part.choices[0]?.delta.content);
    expect(said).toEqual(['你', '好', ',', '世', '界']);
  });
});

describe('tools', () => {
  const tool = {
    type: 'function',
    function: {
      name: 'weather',
      parameters: {
        type: 'object',
        properties: {
          city: { type: 'string', examples: ['Paris'] },
          days: { type: 'integer', minimum: 2 },
          unit: { enum: ['C', 'F'] },
          at: { $ref: '#/$defs/Place' },
        },
        $defs: { Place: { type: 'array', items: { type: 'number' } } },
      },
    },
  } as const;

  test('make a round trip with the official client', async () => {
    const client = clientOf(setUp().sandbox);
    const first = await client.chat.completions.create({
      model: 'sandbox-echo',
      messages: [hello],
      tools: [tool as unknown as OpenAI.ChatCompletionTool],
    });
    const message = first.choices[0]?.message;
    const call = message?.tool_calls?.[0];
    if (!message || call?.type !== 'function') throw new Error('no tool was called');
    expect(first.choices[0]?.finish_reason).toBe('tool_calls');
    expect(call.function.name).toBe('weather');
    expect(JSON.parse(call.function.arguments)).toEqual({
      city: 'Paris',
      days: 2,
      unit: 'C',
      at: [1],
    });
    const second = await client.chat.completions.create({
      model: 'sandbox-echo',
      messages: [hello, message, { role: 'tool', tool_call_id: call.id, content: '21 degrees' }],
      tools: [tool as unknown as OpenAI.ChatCompletionTool],
    });
    expect(second.choices[0]?.message.content).toBe('21 degrees');
  });

  test('are put together by the official client from a stream', async () => {
    const stream = clientOf(setUp().sandbox).chat.completions.stream({
      model: 'sandbox-echo',
      messages: [hello],
      tools: [tool as unknown as OpenAI.ChatCompletionTool],
    });
    const call = (await stream.finalMessage()).tool_calls?.[0];
    expect(call?.type === 'function' && JSON.parse(call.function.arguments)).toMatchObject({
      city: 'Paris',
    });
  });

  test.each([
    ['none', { tool_choice: 'none' }],
    ['no tools', { tools: [] }],
  ])('are not called with %s', async (_name, more) => {
    const { sandbox } = setUp();
    const body = { model: 'sandbox-echo', messages: [hello], tools: [tool], ...more };
    const answer = JSON.parse(await text(await sandbox(request(body)))) as OpenAI.ChatCompletion;
    expect(answer.choices[0]?.message.content).toBe(hello.content);
  });
});

describe('sandbox-slow', () => {
  test('waits before its headers and between its words, by the clock', async () => {
    const { clock, sandbox } = setUp();
    const options = { latencyMs: 1_000, tokenMs: 100 };
    let answered = false;
    const pending = sandbox(
      request({ model: 'sandbox-slow', messages: [hello], stream: true }, { options }),
    ).finally(() => {
      answered = true;
    });
    await settle();
    clock.advance(999);
    await settle();
    expect(answered).toBe(false);
    clock.advance(1);
    const frames = sseFrames((await pending).body);
    await frames.next();
    await frames.next();
    const second = frames.next();
    await settle();
    expect(clock.timers()).toBe(1);
    clock.advance(100);
    expect(String((await second).value)).toContain('" brave"');
  });

  test("is given up at the request's own limit", async () => {
    const { clock, sandbox } = setUp();
    const pending = sandbox(
      request({ model: 'sandbox-slow', messages: [hello] }, { timeoutMs: 500 }),
    );
    await settle();
    clock.advance(500);
    await expect(pending).rejects.toMatchObject({ code: 'upstream_timeout' });
  });

  test('stops waiting when the request is aborted, before its headers and inside the stream', async () => {
    const { clock, sandbox } = setUp();
    const gone = new AbortController();
    const body = { model: 'sandbox-slow', messages: [hello], stream: true };
    const early = sandbox(request(body, { signal: gone.signal }));
    const options = { latencyMs: 0 };
    const late = await sandbox(request(body, { signal: gone.signal, options }));
    const frames = sseFrames(late.body);
    await frames.next();
    await frames.next();
    const next = frames.next();
    await settle();
    gone.abort(new Error('client left'));
    await expect(early).rejects.toThrow('client left');
    await expect(next).rejects.toThrow('client left');
    expect(clock.timers()).toBe(0);
  });

  test('stops when its body is destroyed', async () => {
    const { clock, sandbox } = setUp();
    const body = { model: 'sandbox-slow', messages: [hello], stream: true };
    const answer = await sandbox(request(body, { options: { latencyMs: 0 } }));
    const reading = text(answer);
    reading.catch(() => undefined);
    await settle();
    answer.body.destroy();
    await expect(reading).rejects.toThrow();
    expect(clock.timers()).toBe(0);
  });
});

describe('sandbox-flaky', () => {
  test('fails the requests that chance picks, and no others', async () => {
    const { sandbox } = setUp([0.1, 0.9, 0.49, 0.5]);
    const statuses: number[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      statuses.push((await sandbox(request({ model: 'sandbox-flaky', messages: [hello] }))).status);
    }
    expect(statuses).toEqual([503, 200, 503, 200]);
  });

  test.each([
    [401, OpenAI.AuthenticationError],
    [429, OpenAI.RateLimitError],
    [500, OpenAI.InternalServerError],
    [503, OpenAI.InternalServerError],
  ])('%i comes as the error the official client knows', async (errorStatus, kind) => {
    const { sandbox } = setUp();
    const options = { errorRate: 1, errorStatus };
    const always: CallPlatform = (call) => sandbox({ ...call, options });
    const asked = clientOf(always).chat.completions.create({
      model: 'sandbox-echo',
      messages: [hello],
    });
    const error = await asked.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    const { headers, status } = error as InstanceType<typeof OpenAI.APIError>;
    expect(status).toBe(errorStatus);
    expect(headers?.get('retry-after')).toBe(errorStatus === 429 ? '2' : null);
  });
});

describe('what the sandbox refuses', () => {
  const model = 'sandbox-echo';
  test.each([
    ['text that is not JSON', '{"model":', 400, null],
    ['no messages', { model }, 400, 'messages'],
    ['an empty list of messages', { model, messages: [] }, 400, 'messages'],
    ['a role there is not', { model, messages: [{ role: 'king' }] }, 400, 'messages.0.role'],
    ['a limit of no tokens', { model, messages: [hello], max_tokens: 0 }, 400, 'max_tokens'],
    ['more than one answer', { model, messages: [hello], n: 2 }, 400, 'n'],
    ['an unknown model', { model: 'gpt-9', messages: [hello] }, 404, 'model'],
    ['a model named like a method', { model: 'toString', messages: [hello] }, 404, 'model'],
  ])('%s', async (_name, body, status, param) => {
    const answer = await setUp().sandbox(request(body));
    expect(answer.status).toBe(status);
    const { error } = JSON.parse(await text(answer)) as { error: Record<string, unknown> };
    expect(error).toMatchObject({ type: 'invalid_request_error', param });
    expect(error['message']).not.toBe('');
  });

  test('other paths', async () => {
    expect((await setUp().sandbox(request({}, { path: '/embeddings' }))).status).toBe(404);
  });
});

test('the official client lists its models', async () => {
  const models = await clientOf(setUp().sandbox).models.list();
  expect(models.data.map((model) => model.id)).toEqual([
    'sandbox-echo',
    'sandbox-slow',
    'sandbox-flaky',
  ]);
});

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('a text of megabytes is echoed up to the longest answer, without splitting all of it', async () => {
  const { sandbox } = setUp();
  const content = 'a '.repeat(4_000_000);
  const body = { model: 'sandbox-echo', messages: [{ role: 'user', content }] };
  const answer = JSON.parse(await text(await sandbox(request(body)))) as OpenAI.ChatCompletion;
  expect(answer.choices[0]?.finish_reason).toBe('length');
  expect(answer.usage).toMatchObject({ prompt_tokens: 2_000_000, completion_tokens: 4_096 });
});
