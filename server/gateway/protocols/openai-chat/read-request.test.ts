import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import type { Quirks } from '../../../platforms/quirks.ts';
import type { Recipient } from '../protocol.ts';
import { readRequest } from './read-request.ts';

const read = (body: string | object) =>
  readRequest({ body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) });
const to = (quirks: Quirks = {}): Recipient => ({ model: 'tiny', quirks, account: 'cafe0123' });
const forwarded = (body: string | object, quirks?: Quirks) =>
  read(body).forward(to(quirks)).body.toString();
const messages = '[{"role":"user","content":"hi"}]';
const asked = (more: object) => ({
  model: 'm',
  messages: [{ role: 'user', content: 'hi' }],
  ...more,
});

describe('forwarding', () => {
  test('only the name of the model is changed, every other byte stays', () => {
    const body = `{ "temperature":0.70, "model" : "gpt-lab","messages":${messages}, "x":{"model":"y"} }`;
    expect(forwarded(body)).toBe(body.replace('"gpt-lab"', '"tiny"'));
    expect(forwarded(body, { outputLimit: 'max_tokens', ranges: { temperature: [0, 1] } })).toBe(
      body.replace('"gpt-lab"', '"tiny"'),
    );
  });

  test('usage is asked for in a stream whose client did not ask', () => {
    const request = read(`{"model":"m","stream":true,"messages":${messages}}`);
    expect(request.wantsUsage).toBe(false);
    expect(JSON.parse(request.forward(to()).body.toString())).toEqual({
      model: 'tiny',
      stream: true,
      messages: [{ role: 'user', content: 'hi' }],
      stream_options: { include_usage: true },
    });
  });

  test('other stream options are kept, and nothing is added when usage was asked for', () => {
    const off = `{"stream_options":{"include_usage":false,"x":1},"model":"m","stream":true,"messages":${messages}}`;
    expect(JSON.parse(forwarded(off)).stream_options).toEqual({ include_usage: true, x: 1 });
    const on = `{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":${messages}}`;
    expect(read(on).wantsUsage).toBe(true);
    expect(forwarded(on)).toBe(on.replace('"m"', '"tiny"'));
  });

  test('what is checked is what is sent when a key is given twice', () => {
    const sneaky = `{"model":"allowed","messages":${messages},"model":"secret"}`;
    expect(read(sneaky).model).toBe('secret');
    const sent = forwarded(sneaky);
    expect(sent.match(/"model"/g)).toHaveLength(1);
    expect(JSON.parse(sent).model).toBe('tiny');
  });

  test('names the members that the platform refuses, but not those the client never sent', () => {
    const quirks: Quirks = { lacks: ['logit_bias', 'stream_options', 'seed'] };
    const result = read(asked({ stream: true, logit_bias: {} })).forward(to(quirks));
    expect(result.dropped).toEqual(['logit_bias']);
    expect(JSON.parse(result.body.toString())).toEqual(asked({ model: 'tiny', stream: true }));
  });

  test('a wish to think is said with the platform’s own switch', () => {
    const quirks: Quirks = { reasoning: ({ effort }) => ({ enable_thinking: effort !== 'none' }) };
    const body = asked({ reasoning_effort: 'low' });
    expect(JSON.parse(forwarded(body, quirks))).toEqual(
      asked({ model: 'tiny', enable_thinking: true }),
    );
  });
});

test('counts the limit for every answer asked for', () => {
  expect(read(asked({ max_tokens: 10, n: 3 })).maxOutputTokens).toBe(30);
  expect(read(asked({ max_completion_tokens: 5, max_tokens: 10 })).maxOutputTokens).toBe(5);
  expect(read(asked({})).maxOutputTokens).toBeNull();
});

test('names the stored files it refers to', () => {
  const content = [{ type: 'file', file: { file_id: 'file-1' } }, { type: 'video_url' }];
  expect(read(asked({ messages: [{ role: 'user', content }] })).storedIds).toEqual([
    { id: 'file-1', param: 'file_id' },
  ]);
});

test('a prompt whose parts are unknown passes and is counted, but cannot be translated', () => {
  const content = [{ type: 'video_url', text: 'see' }];
  const request = read(asked({ messages: [{ role: 'user', content }] }));
  expect(request.promptTexts()).toEqual(['see']);
  expect(() => request.dialogue()).toThrow(
    expect.objectContaining({ code: 'bad_request', param: 'messages.0.content.0.type' }),
  );
});

test.each([
  ['nothing', '', undefined],
  ['half JSON', '{"model":"m"', undefined],
  ['an array', '[]', 'body'],
  ['no model', `{"messages":${messages}}`, 'model'],
  ['no messages', '{"model":"m"}', 'messages'],
  ['empty messages', '{"model":"m","messages":[]}', 'messages'],
  ['a message without role', '{"model":"m","messages":[{}]}', 'messages.0.role'],
  ['stream as text', `{"model":"m","stream":"yes","messages":${messages}}`, 'stream'],
  ['negative max_tokens', `{"model":"m","max_tokens":-1,"messages":${messages}}`, 'max_tokens'],
])('%s is refused, naming the field', (_what, body, param) => {
  expect(() => read(body)).toThrow(expect.objectContaining({ code: 'bad_request', param }));
});

test('bytes that are not UTF-8 are refused', () => {
  const body = Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xff]), Buffer.from('"}')]);
  expect(() => readRequest({ body })).toThrow('not UTF-8');
});

test('no body makes it throw anything but a clear refusal', () => {
  const part = fc.record(
    {
      type: fc.constantFrom('text', 'image_url', 'file', 'x'),
      text: fc.jsonValue(),
      image_url: fc.jsonValue(),
      file: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  const message = fc.record(
    {
      role: fc.oneof(fc.constantFrom('system', 'user', 'assistant', 'tool'), fc.jsonValue()),
      content: fc.oneof(fc.string(), fc.array(part), fc.jsonValue()),
      tool_calls: fc.jsonValue(),
      tool_call_id: fc.string(),
    },
    { requiredKeys: ['role'] },
  );
  const anyBody = fc.oneof(
    fc.string().map((text) => Buffer.from(text)),
    fc.json().map((text) => Buffer.from(text)),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc
      .record(
        {
          model: fc.oneof(fc.constant('m'), fc.jsonValue()),
          messages: fc.oneof(fc.array(message), fc.jsonValue()),
          tools: fc.oneof(
            fc.array(
              fc.record({
                type: fc.constantFrom('function', 'custom', 'x'),
                function: fc.jsonValue(),
              }),
            ),
            fc.jsonValue(),
          ),
          tool_choice: fc.jsonValue(),
          response_format: fc.jsonValue(),
          __proto__: fc.jsonValue(),
        },
        { requiredKeys: ['model', 'messages'] },
      )
      .map((json) => Buffer.from(JSON.stringify(json))),
  );
  const quirks: Quirks = { roles: { developer: 'system' }, oneSystemFirst: true, lacks: ['tools'] };
  fc.assert(
    fc.property(anyBody, (body) => {
      try {
        const request = readRequest({ body });
        request.promptTexts();
        JSON.parse(request.forward(to(quirks)).body.toString());
        request.dialogue();
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
        expect(error).toMatchObject({ code: 'bad_request' });
      }
    }),
    { numRuns: 500 },
  );
});
