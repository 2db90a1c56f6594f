import { expect, test } from 'vitest';
import { OPENAI_PATHS } from '../platforms/openai-operations.ts';
import type { Operation } from '../platforms/platform.ts';
import { json } from '../testing/gateway-harness.ts';
import { EVERY, each, FORM_TYPE, form, GOOD, good, lab, ok } from '../testing/operation-calls.ts';
import { failure, scriptedUpstream, silence } from '../testing/scripted-upstream.ts';

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
