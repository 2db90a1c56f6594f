import { describe, expect, test } from 'vitest';
import { json } from '../testing/gateway-harness.ts';
import {
  BOUNDARY,
  FORM_TYPE,
  form,
  JSON_TYPE,
  lab,
  NO_TOKENS,
  ok,
  SOUND,
} from '../testing/operation-calls.ts';
import { raw, rawStream } from '../testing/scripted-upstream.ts';

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
