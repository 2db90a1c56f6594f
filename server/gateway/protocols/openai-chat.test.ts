import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { openaiChat } from './openai-chat.ts';

const read = (text: string) => openaiChat.readRequest(Buffer.from(text));
const messages = '[{"role":"user","content":"hi"}]';

test('only the name of the model is changed, every other byte stays', () => {
  const body = `{ "temperature":0.70, "model" : "gpt-lab","messages":${messages}, "x":{"model":"y"} }`;
  expect(read(body).forward('tiny').toString()).toBe(body.replace('"gpt-lab"', '"tiny"'));
});

test('usage is asked for in a stream whose client did not ask', () => {
  const request = read(`{"model":"m","stream":true,"messages":${messages}}`);
  expect(request.wantsUsage).toBe(false);
  expect(JSON.parse(request.forward('tiny').toString())).toEqual({
    model: 'tiny',
    stream: true,
    messages: [{ role: 'user', content: 'hi' }],
    stream_options: { include_usage: true },
  });
});

test('other stream options are kept, and nothing is added when usage was asked for', () => {
  const off = read(
    `{"stream_options":{"include_usage":false,"x":1},"model":"m","stream":true,"messages":${messages}}`,
  );
  expect(JSON.parse(off.forward('t').toString()).stream_options).toEqual({
    include_usage: true,
    x: 1,
  });
  const on = `{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":${messages}}`;
  expect(read(on).wantsUsage).toBe(true);
  expect(read(on).forward('t').toString()).toBe(on.replace('"m"', '"t"'));
});

test('what is checked is what is sent when a key is given twice', () => {
  const sneaky = `{"model":"allowed","messages":${messages},"model":"secret"}`;
  const request = read(sneaky);
  const sent = request.forward('tiny').toString();
  expect(request.model).toBe('secret');
  expect(sent.match(/"model"/g)).toHaveLength(1);
  expect(JSON.parse(sent).model).toBe('tiny');
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
  try {
    read(body);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'bad_request', param });
  }
});

test('bytes that are not UTF-8 are refused', () => {
  const body = Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xff]), Buffer.from('"}')]);
  expect(() => openaiChat.readRequest(body)).toThrow('not UTF-8');
});

test('no body makes it throw anything but a clear refusal', () => {
  const anyBody = fc.oneof(
    fc.string().map((text) => Buffer.from(text)),
    fc.json().map((text) => Buffer.from(text)),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc
      .record({ model: fc.jsonValue(), messages: fc.jsonValue(), stream: fc.jsonValue() })
      .map((json) => Buffer.from(JSON.stringify(json))),
  );
  fc.assert(
    fc.property(anyBody, (body) => {
      try {
        const request = openaiChat.readRequest(body);
        request.promptText();
        JSON.parse(request.forward('tiny').toString());
      } catch (error) {
        expect(error).toMatchObject({ code: 'bad_request' });
      }
    }),
  );
});

test('an answer tells its text and usage', () => {
  const facts = openaiChat.readAnswer(
    Buffer.from(
      JSON.stringify({
        choices: [
          {
            message: { content: 'yes', tool_calls: [{ function: { name: 'f', arguments: '{}' } }] },
          },
        ],
        usage: {
          prompt_tokens: 5,
          completion_tokens: 2,
          prompt_tokens_details: { cached_tokens: 4 },
          completion_tokens_details: { reasoning_tokens: 1 },
        },
      }),
    ),
  );
  expect(facts).toEqual({
    text: 'yesf{}',
    error: null,
    usage: {
      inputTokens: 5,
      cachedTokens: 4,
      outputTokens: 2,
      reasoningTokens: 1,
      estimated: false,
    },
  });
});

test.each([
  ['an HTML page', '<html>'],
  ['half JSON', '{"choices":[{'],
  ['an error in a 200', '{"error":{"message":"over capacity"}}'],
  ['an error that is only text', '{"error":"over capacity"}'],
  ['no choices', '{"id":1}'],
  ['null', 'null'],
])('%s is no answer', (_what, body) => {
  expect(openaiChat.readAnswer(Buffer.from(body)).error).toEqual(expect.any(String));
});

test('reading a frame never throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (data) => void openaiChat.readFrame(data)),
  );
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (choices, usage) => {
      openaiChat.readFrame(JSON.stringify({ choices, usage }));
      openaiChat.readAnswer(Buffer.from(JSON.stringify({ choices: [choices], usage })));
    }),
  );
});
