import { describe, expect, test } from 'vitest';
import { OPENAI_PATHS, openaiOperations } from '../platforms/openai-operations.ts';
import type { Operation } from '../platforms/platform.ts';
import { gatewayHarness, type HarnessOptions, json } from '../testing/gateway-harness.ts';
import {
  failure,
  type Respond,
  raw,
  rawStream,
  scriptedUpstream,
  silence,
} from '../testing/scripted-upstream.ts';

/*
 * What is forwarded and not translated, over HTTP on both sides. Answers are written after
 * https://platform.openai.com/docs/api-reference (embeddings, images, audio) and, for rerank,
 * https://docs.cohere.com/reference/rerank and https://jina.ai/reranker/.
 */

const EVERY = Object.keys(OPENAI_PATHS) as Operation[];

/** A gateway before a platform that has these operations. */
async function lab(respond: Respond, options: HarnessOptions = {}, operations = EVERY) {
  const upstream = await scriptedUpstream(respond);
  const platform = { operations: openaiOperations(upstream.url, ...operations) };
  const h = await gatewayHarness(upstream, {
    ...options,
    platform: { ...platform, ...options.platform },
  });
  return {
    ...h,
    upstream,
    post: (operation: Operation, body: string | Buffer | FormData, type?: string) =>
      fetch(`${h.url}${OPENAI_PATHS[operation]}`, {
        method: 'POST',
        headers: { authorization: 'Bearer gh-good', ...(type && { 'content-type': type }) },
        body: Buffer.isBuffer(body) ? new Uint8Array(body) : body,
      }),
    async [Symbol.asyncDispose]() {
      await h[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

const ok = (answer: object): Respond => raw(200, 'application/json', JSON.stringify(answer));

const BOUNDARY = 'form-boundary-1234';
const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;
const SOUND = Buffer.from([0x49, 0x44, 0x33, 0x00, 0xff, 0xfb, 0x0d, 0x0a, 0x2d, 0x2d, 0x00]);

/** A form as clients write it, byte for byte. */
function form(
  fields: readonly (readonly [name: string, value: string])[],
  sound: Buffer | null = SOUND,
) {
  const head = (name: string, more = '') =>
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;
  const file = sound && [
    Buffer.from(head('file', '; filename="voice.mp3"\r\nContent-Type: audio/mpeg')),
    sound,
    Buffer.from('\r\n'),
  ];
  return Buffer.concat([
    ...(file ?? []),
    ...fields.map(([name, value]) => Buffer.from(`${head(name)}${value}\r\n`)),
    Buffer.from(`--${BOUNDARY}--\r\n`),
  ]);
}

type Good = {
  operation: Operation;
  body: (model: string) => string | Buffer;
  type: string;
  answer: Respond;
  record: object;
};

const NO_TOKENS = { inputTokens: 0, outputTokens: 0, estimated: false };
const JSON_TYPE = 'application/json';

/** One good request of each operation; unknown members and odd blanks are passed on too. */
const GOOD: Record<string, Good> = {
  'embeddings of a text': {
    operation: 'embeddings',
    body: (model) =>
      `{ "input" : "The food",\n "model":"${model}", "dimensions":2,"later": [1.0] }`,
    type: JSON_TYPE,
    answer: ok({
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: [0.5, -0.25] }],
      model: 'tiny',
      usage: { prompt_tokens: 8, total_tokens: 8 },
    }),
    record: { inputTokens: 8, outputTokens: 0, estimated: false, units: null, cost: 1 },
  },
  'images counted one by one': {
    operation: 'images',
    body: (model) => `{"model":"${model}","prompt":"A cat","n":2,"size":"1024x1024"}`,
    type: JSON_TYPE,
    answer: ok({ created: 1, data: [{ url: 'https://img.example/1' }, { b64_json: 'AAAA' }] }),
    record: { ...NO_TOKENS, units: { unit: 'image', amount: 2 } },
  },
  'images counted by tokens too': {
    operation: 'images',
    body: (model) => `{"model":"${model}","prompt":"A cat"}`,
    type: JSON_TYPE,
    answer: ok({
      created: 1,
      data: [{ b64_json: 'AAAA' }],
      usage: { total_tokens: 100, input_tokens: 50, output_tokens: 50, input_tokens_details: {} },
    }),
    record: {
      inputTokens: 50,
      outputTokens: 50,
      estimated: false,
      units: { unit: 'image', amount: 1 },
    },
  },
  speech: {
    operation: 'speech',
    body: (model) => `{"model":"${model}","input":"Grüß dich 😀","voice":"alloy"}`,
    type: JSON_TYPE,
    answer: raw(200, 'audio/mpeg', SOUND),
    record: { ...NO_TOKENS, units: { unit: 'character', amount: 11 } },
  },
  'speech as events': {
    operation: 'speech',
    body: (model) =>
      `{"model":"${model}","input":"Hello","voice":{"id":"voice_1"},"stream_format":"sse"}`,
    type: JSON_TYPE,
    answer: rawStream([
      'data: {"type":"speech.audio.delta","audio":"AAAA"}\n\n',
      'data: {"type":"speech.audio.done","usage":{"input_tokens":1}}\n\n',
    ]),
    record: { ...NO_TOKENS, units: { unit: 'character', amount: 5 } },
  },
  'a transcription with its length': {
    operation: 'transcription',
    body: (model) =>
      form([
        ['response_format', 'verbose_json'],
        ['model', model],
        ['keywords[]', 'a'],
      ]),
    type: FORM_TYPE,
    answer: ok({ task: 'transcribe', language: 'english', duration: 8.47, text: 'The beach was' }),
    record: { ...NO_TOKENS, units: { unit: 'second', amount: 8.47 } },
  },
  'a transcription billed by seconds': {
    operation: 'transcription',
    body: (model) => form([['model', model]]),
    type: FORM_TYPE,
    answer: ok({ text: 'The beach was', usage: { type: 'duration', seconds: 9 } }),
    record: { ...NO_TOKENS, units: { unit: 'second', amount: 9 } },
  },
  'a transcription billed by tokens': {
    operation: 'transcription',
    body: (model) => form([['model', model]]),
    type: FORM_TYPE,
    answer: ok({
      text: 'Imagine the wildest idea',
      usage: { type: 'tokens', input_tokens: 14, output_tokens: 45, total_tokens: 59 },
    }),
    record: { inputTokens: 14, outputTokens: 45, estimated: false, units: null },
  },
  'subtitles, as long as their last line tells': {
    operation: 'transcription',
    body: (model) =>
      form([
        ['model', model],
        ['response_format', 'srt'],
      ]),
    type: FORM_TYPE,
    answer: raw(200, 'text/plain; charset=utf-8', '1\n00:00:00,000 --> 00:00:04,000\nHello\n'),
    record: {
      ...{ inputTokens: 0, outputTokens: 2, estimated: true },
      units: { unit: 'second', amount: 4 },
    },
  },
  'text, by the size of what was sent': {
    operation: 'transcription',
    body: (model) =>
      form(
        [
          ['model', model],
          ['response_format', 'text'],
        ],
        Buffer.alloc(40_000),
      ),
    type: FORM_TYPE,
    answer: raw(200, 'text/plain; charset=utf-8', 'Hello'),
    record: {
      ...{ inputTokens: 0, outputTokens: 1, estimated: true },
      units: { unit: 'second', amount: 10 },
    },
  },
  'a transcription of which nothing is told': {
    operation: 'transcription',
    body: (model) => form([['model', model]], Buffer.alloc(40_000)),
    type: FORM_TYPE,
    answer: ok({ text: 'Hello' }),
    record: {
      ...{ inputTokens: 0, outputTokens: 1, estimated: true },
      units: { unit: 'second', amount: 10 },
    },
  },
  'a translation': {
    operation: 'translation',
    body: (model) =>
      form([
        ['model', model],
        ['response_format', 'verbose_json'],
      ]),
    type: FORM_TYPE,
    answer: ok({ task: 'translate', duration: '12.5', text: 'Hello, my name is Wolfgang' }),
    record: { ...NO_TOKENS, units: { unit: 'second', amount: 12.5 } },
  },
  'reranking billed by tokens': {
    operation: 'rerank',
    body: (model) => `{"model":"${model}","query":"capital?","documents":["Rome",{"text":"Oslo"}]}`,
    type: JSON_TYPE,
    answer: ok({ model: 'tiny', usage: { total_tokens: 21 }, results: [{ index: 0 }] }),
    record: { inputTokens: 21, outputTokens: 0, estimated: false, units: null },
  },
  'reranking billed by searches': {
    operation: 'rerank',
    body: (model) => `{"model":"${model}","query":"capital?","documents":["Rome"],"top_n":1}`,
    type: JSON_TYPE,
    answer: ok({ results: [{ index: 0 }], meta: { billed_units: { search_units: 2 } } }),
    record: { ...NO_TOKENS, units: { unit: 'search', amount: 2 } },
  },
  'reranking that reports nothing': {
    operation: 'rerank',
    body: (model) => `{"model":"${model}","query":"capital?","documents":["Rome"]}`,
    type: JSON_TYPE,
    answer: ok({ results: [{ index: 0 }] }),
    record: { ...NO_TOKENS, units: { unit: 'search', amount: 1 } },
  },
};
const good = Object.entries(GOOD);
/** One of each operation. */
const each = EVERY.map(
  (operation) => [operation, good.find(([, one]) => one.operation === operation)?.[1]] as const,
).flatMap(([operation, one]) => (one ? [[operation, one] as const] : []));

test('there is a good request of every operation', () => {
  expect(each.map(([operation]) => operation)).toEqual(EVERY);
});

test.each(good)(
  '%s: bytes pass both ways, only the model’s name is another',
  async (_name, one) => {
    await using h = await lab(one.answer);
    const res = await h.post(one.operation, one.body('gpt-lab'), one.type);
    const answer = Buffer.from(await res.arrayBuffer());
    expect([res.status, answer.length > 0]).toEqual([200, true]);
    const [call] = h.upstream.calls;
    expect(call?.path).toBe(`/v1${OPENAI_PATHS[one.operation]}`);
    expect(call?.bytes.equals(Buffer.from(one.body('tiny')))).toBe(true);
    expect(call?.headers).toMatchObject({
      authorization: 'Bearer secret-of-a1',
      'content-type': one.type,
    });
    await using again = await scriptedUpstream(one.answer);
    const direct = await fetch(again.url, { method: 'POST' });
    expect(answer.equals(Buffer.from(await direct.arrayBuffer()))).toBe(true);
    expect(res.headers.get('content-type')?.split(';')[0]).toBe(
      direct.headers.get('content-type')?.split(';')[0],
    );
    expect(h.records).toMatchObject([
      {
        operation: one.operation,
        outcome: 'ok',
        model: 'gpt-lab',
        upstreamModel: 'tiny',
        stream: false,
        ...one.record,
      },
    ]);
    expect([h.held.size, h.busy.size, h.outcomes]).toEqual([0, 0, [['a1', 'ok']]]);
  },
);

test.each(each)(
  '%s at a platform that has it not is refused before any call',
  async (operation, one) => {
    await using h = await lab(
      one.answer,
      {},
      EVERY.filter((other) => other !== operation),
    );
    const res = await h.post(operation, one.body('gpt-lab'), one.type);
    expect([res.status, (await json(res)).error]).toMatchObject([
      400,
      { code: 'not_offered', param: 'model' },
    ]);
    expect([h.upstream.calls, h.held.size]).toEqual([[], 0]);
    expect(h.records).toMatchObject([{ operation, outcome: 'not_offered', units: null }]);
  },
);

test.each(each)('%s: a platform’s refusal is told in OpenAI’s words', async (operation, one) => {
  await using h = await lab(failure(400));
  const res = await h.post(operation, one.body('gpt-lab'), one.type);
  const { error } = await json(res);
  expect([res.status, error.code, error.message]).toEqual([
    400,
    'upstream_refused',
    expect.stringContaining('scripted 400'),
  ]);
  expect(h.records).toMatchObject([{ operation, units: null, inputTokens: 0 }]);
});

test.each(each)('%s: an account that fails gives way to the next', async (operation, one) => {
  await using h = await lab(one.answer, { accounts: ['a1', 'a2'] });
  h.upstream.script(failure(500), one.answer);
  const res = await h.post(operation, one.body('gpt-lab'), one.type);
  await res.arrayBuffer();
  expect([res.status, h.upstream.calls[1]?.headers.authorization]).toEqual([
    200,
    'Bearer secret-of-a2',
  ]);
  expect(h.upstream.calls[1]?.bytes.equals(Buffer.from(one.body('tiny')))).toBe(true);
});

test.each(each)('%s: an error with status 200 is no answer', async (operation, one) => {
  await using h = await lab(ok({ error: { message: 'out of paper, secret-of-a1' } }));
  const res = await h.post(operation, one.body('gpt-lab'), one.type);
  const { error } = await json(res);
  expect([res.status, error.code]).toEqual([502, 'upstream_failed']);
  expect(error.message).toContain('out of paper');
  expect(error.message).not.toContain('secret-of-a1');
  expect(h.records).toMatchObject([{ operation, outcome: 'upstream_failed', units: null }]);
});

test.each(each.filter(([operation]) => operation !== 'speech'))(
  '%s: JSON that is no such answer is a failure',
  async (operation, one) => {
    await using h = await lab(ok({ hello: { toString: 1 } }));
    const res = await h.post(operation, one.body('gpt-lab'), one.type);
    expect([res.status, (await json(res)).error.code]).toEqual([502, 'upstream_failed']);
    expect(h.errors).toEqual([]);
  },
);

describe('embeddings', () => {
  const answer = (usage?: object) => ok({ data: [{ embedding: [1] }], ...(usage && { usage }) });
  const ask = (input: unknown) => JSON.stringify({ model: 'gpt-lab', input });

  test.each([
    ['a text', 'The food was delicious', undefined, 4],
    ['texts', ['The food', 'was delicious'], undefined, 5],
    ['tokens', [10, 20, 30], undefined, 3],
    ['lists of tokens', [[1, 2], [3]], undefined, 3],
    ['tokens of which nought are reported', [1, 2], { prompt_tokens: 0, total_tokens: 0 }, 2],
    ['usage beyond belief', [1, 2], { prompt_tokens: -1 }, 2],
  ])('%s without a report are counted here', async (_what, input, usage, tokens) => {
    await using h = await lab(answer(usage));
    await (await h.post('embeddings', ask(input))).text();
    expect(h.records).toMatchObject([{ inputTokens: tokens, outputTokens: 0, estimated: true }]);
  });

  test('tokens are reserved by their number', async () => {
    const rules = [
      { subject: 'key', id: 'key-1', metric: 'tokens-per-day', limit: 1_000 } as const,
    ];
    const held: number[] = [];
    await using h = await lab(answer(), {
      principal: { rules },
      quotas: {
        hold: async ({ tokens }) => {
          held.push(tokens);
          return { id: 'hold', limits: [] };
        },
        settle: () => undefined,
      },
    });
    await (await h.post('embeddings', ask([[1, 2, 3], [4]]))).text();
    expect(held).toEqual([4]);
  });

  test.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['an empty list', []],
    ['an empty list within', [[1], []]],
    ['a number', 7],
    ['an object', { toString: 1 }],
    ['texts and tokens', ['a', 1]],
    ['tokens and texts', [1, 'a']],
    ['halves of tokens', [1.5]],
    ['negative tokens', [[-1]]],
    ['too many texts', Array(10_001).fill('a')],
    ['too many tokens', Array(2_000_001).fill(1)],
  ])('%s as input is refused, naming it', async (_what, input) => {
    await using h = await lab(answer());
    const res = await h.post('embeddings', ask(input));
    const { error } = await json(res);
    expect([res.status, error.type, error.param]).toEqual([400, 'invalid_request_error', 'input']);
    expect(h.upstream.calls).toEqual([]);
  });
});

test.each<[Operation, string, object]>([
  ['embeddings', 'model', { input: 'a' }],
  ['images', 'prompt', { model: 'gpt-lab' }],
  ['images', 'prompt', { model: 'gpt-lab', prompt: '' }],
  ['images', 'n', { model: 'gpt-lab', prompt: 'a', n: 0 }],
  ['images', 'stream', { model: 'gpt-lab', prompt: 'a', stream: 'yes' }],
  ['speech', 'input', { model: 'gpt-lab', voice: 'alloy' }],
  ['speech', 'input', { model: 'gpt-lab', voice: 'alloy', input: ['a'] }],
  ['speech', 'voice', { model: 'gpt-lab', voice: 7, input: 'a' }],
  ['rerank', 'query', { model: 'gpt-lab', documents: ['a'] }],
  ['rerank', 'documents', { model: 'gpt-lab', query: 'a' }],
  ['rerank', 'documents', { model: 'gpt-lab', query: 'a', documents: [] }],
  ['rerank', 'documents.0', { model: 'gpt-lab', query: 'a', documents: [7] }],
])('%s without a good %s is refused, naming it', async (operation, param, body) => {
  await using h = await lab(ok({}));
  const res = await h.post(operation, JSON.stringify(body));
  expect([res.status, (await json(res)).error]).toMatchObject([
    400,
    { type: 'invalid_request_error', param },
  ]);
  expect(h.upstream.calls).toEqual([]);
});

test.each(each)('%s: hostile bodies are refused, and nothing breaks', async (operation, one) => {
  await using h = await lab(one.answer);
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  const bodies: [body: string | Buffer, type: string][] = [
    ['', one.type],
    ['{', one.type],
    ['null', one.type],
    ['[]', one.type],
    ['{"model":{"toString":1}}', one.type],
    ['{"model":"gpt-lab","__proto__":{"input":"a"}}', one.type],
    [`{"model":"gpt-lab","input":${deep},"query":${deep},"documents":${deep}}`, one.type],
    [Buffer.from([0xff, 0xfe, 0x00]), one.type],
    [one.body('gpt-lab'), 'multipart/form-data'],
    [one.body('gpt-lab'), 'multipart/form-data; boundary=other'],
  ];
  const isForm = one.type === FORM_TYPE;
  for (const [body, type] of isForm ? bodies : bodies.slice(0, -2)) {
    const res = await h.post(operation, body, type);
    expect([res.status, (await json(res)).error.type]).toEqual([400, 'invalid_request_error']);
  }
  expect([h.errors, h.upstream.calls]).toEqual([[], []]);
});

test('a repeated member is passed on as it was checked', async () => {
  await using h = await lab(GOOD['speech']?.answer ?? silence);
  const body = '{"model":"other","model":"gpt-lab","input":"a","voice":"b"}';
  await (await h.post('speech', body)).arrayBuffer();
  expect(h.upstream.calls[0]?.text).toBe('{"model":"tiny","input":"a","voice":"b"}');
});

test('what the model refuses is left out and named, in JSON and in forms', async () => {
  await using h = await lab(ok({ text: 'a', data: [] }), {
    platform: { quirks: () => ({ lacks: ['size', 'temperature', 'model', 'user'] }) },
  });
  const images = await h.post(
    'images',
    '{"size":"1x1", "model":"gpt-lab","user":null,"prompt":"a"}',
  );
  expect(images.headers.get('x-gatehouse-dropped')).toBe('size');
  expect(h.upstream.calls[0]?.text).toBe('{"model":"tiny","prompt":"a"}');
  const sent = form([
    ['temperature', '0.5'],
    ['model', 'gpt-lab'],
  ]);
  const sound = await h.post('transcription', sent, FORM_TYPE);
  expect(sound.headers.get('x-gatehouse-dropped')).toBe('temperature');
  expect(h.upstream.calls[1]?.bytes.equals(form([['model', 'tiny']]))).toBe(true);
});

describe('speech', () => {
  const ask = '{"model":"gpt-lab","input":"a","voice":"b"}';

  test('sound that breaks off is not passed on as whole', async () => {
    const seen = Promise.withResolvers<void>();
    await using h = await lab(async (_call, res) => {
      res.writeHead(200, { 'content-type': 'audio/mpeg' });
      res.write(SOUND);
      await seen.promise;
      res.destroy();
    });
    const res = await h.post('speech', ask);
    seen.resolve();
    await expect(res.arrayBuffer()).rejects.toThrow();
    expect(h.records).toMatchObject([
      { outcome: 'upstream_failed', units: { unit: 'character', amount: 1 } },
    ]);
  });

  test('what a browser would show as a page is called plain bytes', async () => {
    await using h = await lab(raw(200, 'text/html', '<script>'));
    const res = await h.post('speech', ask);
    expect(res.headers.get('content-type')).toBe('application/octet-stream');
  });

  test('an empty answer is a failure', async () => {
    await using h = await lab(raw(200, 'audio/mpeg', ''));
    const res = await h.post('speech', ask);
    expect([res.status, (await json(res)).error.code]).toEqual([502, 'upstream_failed']);
    expect(h.records).toMatchObject([{ units: null }]);
  });
});

describe('streams', () => {
  const event = (json: object) => `data: ${JSON.stringify(json)}\n\n`;
  const word = (delta: string) => event({ type: 'transcript.text.delta', delta });
  const done = (usage?: object) =>
    event({ type: 'transcript.text.done', text: 'Hello there', ...(usage && { usage }) });
  const ask = form([
    ['model', 'gpt-lab'],
    ['stream', 'true'],
  ]);

  test.each([
    [
      '',
      { type: 'tokens', input_tokens: 14, output_tokens: 3 },
      { inputTokens: 14, outputTokens: 3, units: null },
    ],
    [
      'data: [DONE]\n\n',
      { type: 'duration', seconds: 3 },
      { ...NO_TOKENS, units: { unit: 'second', amount: 3 } },
    ],
    ['', undefined, { outputTokens: 2, estimated: true, units: { unit: 'second', amount: 1 } }],
  ])('a transcription streams as it came (end: %j, usage: %j)', async (end, usage, record) => {
    const pieces = [word('Hello'), word(' there'), done(usage), end].filter(Boolean);
    await using h = await lab(rawStream(pieces));
    const res = await h.post('transcription', ask, FORM_TYPE);
    expect(await res.text()).toBe(pieces.join(''));
    expect(res.headers.get('content-type')).toContain('text/event-stream');
    expect(h.records).toMatchObject([{ stream: true, outcome: 'ok', ...record }]);
    expect(h.records[0]?.firstTokenMs).not.toBeNull();
  });

  test('a platform that ignores the wish to stream answers whole', async () => {
    await using h = await lab(ok({ text: 'Hello', usage: { type: 'duration', seconds: 3 } }));
    const res = await h.post('transcription', ask, FORM_TYPE);
    expect(await res.json()).toMatchObject({ text: 'Hello' });
    expect(h.records).toMatchObject([{ outcome: 'ok', units: { unit: 'second', amount: 3 } }]);
  });

  test('a whole answer after a heartbeat ends the stream with an error', async () => {
    const answer = Promise.withResolvers<void>();
    await using h = await lab(
      async (_call, res) => {
        await answer.promise;
        res.writeHead(200, { 'content-type': 'application/json' }).end('{"text":"Hello"}');
      },
      { heartbeatMs: 5 },
    );
    const res = await h.post('transcription', ask, FORM_TYPE);
    answer.resolve();
    expect(await res.text()).toMatch(/"code":"upstream_failed"\}\}\n\n$/);
  });

  test.each([
    ['breaks off', [word('Hello')], 'broke'],
    [
      'reports an error',
      [word('Hello'), event({ type: 'error', error: { message: 'too loud' } })],
      'too loud',
    ],
    [
      'reports a bare error',
      [word('Hello'), event({ type: 'error', message: 'too loud' })],
      'too loud',
    ],
    [
      'sends an odd error',
      [word('Hello'), event({ error: { message: { toString: 1 } } })],
      'error',
    ],
  ])('a stream that %s ends with an error, never as if whole', async (_what, pieces, said) => {
    await using h = await lab(rawStream(pieces));
    const text = await (await h.post('transcription', ask, FORM_TYPE)).text();
    expect(text).toMatch(/"code":"upstream_failed"\}\}\n\n$/);
    expect(text).toContain(said);
    expect([h.errors, h.records[0]?.outcome]).toEqual([[], 'upstream_failed']);
  });

  test('images come in events, however large, and are counted', async () => {
    const image = (last: boolean) =>
      event({
        type: last ? 'image_generation.completed' : 'image_generation.partial_image',
        b64_json: 'A'.repeat(2_000_000),
        ...(last && { usage: { input_tokens: 5, output_tokens: 40 } }),
      });
    const pieces = [image(false), image(true), image(true)];
    await using h = await lab(rawStream(pieces));
    const res = await h.post('images', '{"model":"gpt-lab","prompt":"a","stream":true}');
    expect((await res.text()) === pieces.join('')).toBe(true);
    expect(h.records).toMatchObject([
      { outcome: 'ok', inputTokens: 10, outputTokens: 80, units: { unit: 'image', amount: 2 } },
    ]);
  });
});

test('a form of another’s making is understood: FormData as clients send it', async () => {
  await using h = await lab(ok({ text: 'Hello' }));
  const data = new FormData();
  data.set('file', new Blob([new Uint8Array(SOUND)], { type: 'audio/mpeg' }), 'voice "a".mp3');
  data.set('model', 'gpt-lab');
  const res = await h.post('transcription', data);
  expect(res.status).toBe(200);
  expect(h.upstream.calls[0]?.text).toMatch(/name="model"\r\n\r\ntiny\r\n/);
  expect(h.upstream.calls[0]?.bytes.includes(SOUND)).toBe(true);
});

test.each([
  ['no sound', form([['model', 'gpt-lab']], null), 'file'],
  ['no model', form([]), 'model'],
  ['an empty model', form([['model', '']]), 'model'],
  [
    'two models',
    form([
      ['model', 'gpt-lab'],
      ['model', 'other'],
    ]),
    'model',
  ],
  [
    'two words on streaming',
    form([
      ['model', 'gpt-lab'],
      ['stream', 'no'],
      ['stream', 'yes'],
    ]),
    'stream',
  ],
  [
    'a model hidden in the sound',
    form([['model', 'gpt-lab']], Buffer.from(`\n--${BOUNDARY}\n`)),
    'body',
  ],
])('a form with %s is refused, naming it', async (_what, body, param) => {
  await using h = await lab(ok({ text: 'Hello' }));
  const res = await h.post('transcription', body, FORM_TYPE);
  expect([res.status, (await json(res)).error]).toMatchObject([
    400,
    { type: 'invalid_request_error', param },
  ]);
  expect(h.upstream.calls).toEqual([]);
});

test('a body that is no form is refused by its type', async () => {
  await using h = await lab(ok({ text: 'Hello' }));
  const res = await h.post('translation', '{"model":"gpt-lab"}', JSON_TYPE);
  expect([res.status, (await json(res)).error.type]).toEqual([415, 'invalid_request_error']);
});
