import { OPENAI_PATHS, openaiOperations } from '#server/platforms/openai-operations.ts';
import type { Operation } from '#server/platforms/platform.ts';
import { gatewayHarness, type HarnessOptions } from '#server/testing/gateway-harness.ts';
import {
  type Respond,
  raw,
  rawStream,
  scriptedUpstream,
} from '#server/testing/scripted-upstream.ts';

/*
 * What is forwarded and not translated, over HTTP on both sides. Answers are written after
 * https://platform.openai.com/docs/api-reference (embeddings, images, audio) and, for rerank,
 * https://docs.cohere.com/reference/rerank and https://jina.ai/reranker/.
 */

export const EVERY = Object.keys(OPENAI_PATHS) as Operation[];

/** A gateway before a platform that has these operations. */
export async function lab(respond: Respond, options: HarnessOptions = {}, operations = EVERY) {
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

export const ok = (answer: object): Respond => raw(200, 'application/json', JSON.stringify(answer));

export const BOUNDARY = 'form-boundary-1234';
export const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;
export const SOUND = Buffer.from([
  0x49, 0x44, 0x33, 0x00, 0xff, 0xfb, 0x0d, 0x0a, 0x2d, 0x2d, 0x00,
]);

/** A form as clients write it, byte for byte. */
export function form(
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

export type Good = {
  operation: Operation;
  body: (model: string) => string | Buffer;
  type: string;
  answer: Respond;
  record: object;
};

export const NO_TOKENS = { inputTokens: 0, outputTokens: 0, estimated: false };
export const JSON_TYPE = 'application/json';

/** One good request of each operation; unknown members and odd blanks are passed on too. */
export const GOOD: Record<string, Good> = {
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
export const good = Object.entries(GOOD);
/** One of each operation. */
export const each = EVERY.map(
  (operation) => [operation, good.find(([, one]) => one.operation === operation)?.[1]] as const,
).flatMap(([operation, one]) => (one ? [[operation, one] as const] : []));
