import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AnswerVocabulary,
  answers,
  gather,
  reread,
  streamsOf,
} from '../../../testing/answers.ts';
import { PLAIN_WORDS } from '../../../testing/dialogues.ts';
import { type DialogueAnswer, EMPTY_DIALOGUE, type Seal, type ThoughtPart } from '../dialogue.ts';
import type { AnswerContext } from '../protocol.ts';
import { gemini } from './index.ts';

const context: AnswerContext = {
  requestId: 'req_1',
  model: 'model-1',
  createdAt: 0,
  wantsUsage: true,
  dialogue: { ...EMPTY_DIALOGUE, messages: [] },
  echo: {},
};

const bytes = fc
  .uint8Array({ minLength: 1, maxLength: 9 })
  .map((value) => Buffer.from(value).toString('base64'));
const seals: fc.Arbitrary<Seal> = fc.oneof(
  fc.record({
    maker: fc.constant('gemini' as const),
    value: bytes,
    account: fc.constantFrom(null, '0123abcd'),
  }),
  fc.record({
    maker: fc.constantFrom('anthropic' as const, 'openai' as const),
    value: fc.string({ unit: 'grapheme', minLength: 1 }),
    account: fc.constant('0123abcd'),
  }),
);
const thoughts: fc.Arbitrary<ThoughtPart> = fc
  .record({
    text: fc.constantFrom('', 'well …'),
    seal: fc.option(seals, { nil: null }),
    redacted: fc.boolean(),
  })
  .map(({ text, seal, redacted }): ThoughtPart => {
    const hidden = redacted && seal !== null && seal.maker !== 'gemini';
    return { kind: 'thought', text: hidden ? '' : text, seal, redacted: hidden };
  })
  .filter(({ text, seal }) => text !== '' || seal !== null);

const WORDS: AnswerVocabulary = {
  ...PLAIN_WORDS,
  thoughts,
  finishes: ['stop', 'length', 'filtered'],
  stopSequences: false,
  citations: true,
};

/** Google names a source once for each place, and repeats the words there. */
const asGoogle = (answer: DialogueAnswer): DialogueAnswer => ({
  ...answer,
  parts: answer.parts.map((part) => {
    if (part.kind !== 'text') return part;
    const titles = new Map(part.citations.map(({ url, title }) => [url, title]));
    const end = [...part.text][0]?.length ?? 0;
    const citations = part.citations.map((it) => ({
      ...it,
      title: titles.get(it.url) ?? null,
      end,
      quote: part.text.slice(0, end),
    }));
    return { ...part, citations };
  }),
});

const bodyOf = (json: unknown) => Buffer.from(JSON.stringify(json));
const said = (candidate: object, rest: object = {}) => ({
  candidates: [{ index: 0, ...candidate }],
  modelVersion: 'gemini-3-flash',
  responseId: 'r1',
  ...rest,
});
const parts = (...those: object[]) => ({ content: { role: 'model', parts: those } });

/** From https://ai.google.dev/gemini-api/docs/thought-signatures. */
const PARALLEL_CALLS = said(
  {
    ...parts(
      { text: 'Two cities.', thought: true },
      { functionCall: { name: 'weather', args: { city: 'Paris' } }, thoughtSignature: 'c2lnQQ==' },
      { functionCall: { id: 'x', name: 'weather' } },
    ),
    finishReason: 'STOP',
  },
  {
    usageMetadata: {
      promptTokenCount: 10,
      toolUsePromptTokenCount: 2,
      cachedContentTokenCount: 4,
      candidatesTokenCount: 5,
      thoughtsTokenCount: 7,
      totalTokenCount: 24,
    },
  },
);

describe('an answer', () => {
  test('written and read again is the same', () => {
    fc.assert(
      fc.property(answers(WORDS).map(asGoogle), (answer) => {
        expect(gemini.readAnswer(bodyOf(gemini.writeAnswer(answer, context)))).toEqual(answer);
      }),
      { numRuns: 500 },
    );
  });

  test('has its thoughts, signatures, calls and usage', () => {
    expect(gemini.readAnswer(bodyOf(PARALLEL_CALLS))).toEqual({
      id: 'r1',
      model: 'gemini-3-flash',
      parts: [
        { kind: 'thought', text: 'Two cities.', seal: null, redacted: false },
        {
          kind: 'thought',
          text: '',
          seal: { maker: 'gemini', value: 'c2lnQQ==', account: null },
          redacted: false,
        },
        { kind: 'call', id: 'call_0', name: 'weather', arguments: '{"city":"Paris"}', cache: null },
        { kind: 'call', id: 'x', name: 'weather', arguments: '{}', cache: null },
      ],
      finish: 'calls',
      stopSequence: null,
      usage: {
        inputTokens: 12,
        cachedTokens: 4,
        cacheWriteTokens: 0,
        outputTokens: 12,
        reasoningTokens: 7,
        estimated: false,
      },
    });
  });

  test.each([
    ['STOP', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'filtered'],
    ['RECITATION', 'filtered'],
    ['MALFORMED_FUNCTION_CALL', 'filtered'],
  ])('that ends in %s is %s', (finishReason, finish) => {
    const body = bodyOf(said({ ...parts({ text: 'a' }), finishReason }));
    expect(gemini.readAnswer(body)).toMatchObject({ finish });
  });

  test('to a refused prompt is filtered and empty', () => {
    const body = {
      promptFeedback: { blockReason: 'SAFETY' },
      usageMetadata: { promptTokenCount: 3 },
    };
    expect(gemini.readAnswer(bodyOf(body))).toMatchObject({
      parts: [],
      finish: 'filtered',
      usage: { inputTokens: 3 },
    });
    const reader = gemini.streamReader();
    expect(reader.read(JSON.stringify(body)).map(({ type }) => type)).toEqual([
      'start',
      'usage',
      'finish',
    ]);
    expect(reader.end()).toEqual([{ type: 'done' }]);
  });

  test.each([
    ['{"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}}', 'overloaded'],
    ['[{"error":{"code":429,"message":"slow down"}}]', 'slow down'],
    ['{"usageMetadata":{}}', 'The platform answered without candidates.'],
    ['<html>', 'The platform sent something that is not JSON.'],
    ['12', 'The platform sent something that is no answer.'],
  ])('%s is an error', (body, error) => {
    expect(gemini.readAnswer(Buffer.from(body))).toEqual({ error });
  });

  test('names its sources, counted in bytes', () => {
    // From https://ai.google.dev/gemini-api/docs/google-search#grounding-with-google-search.
    const groundingMetadata = {
      groundingChunks: [{ web: { uri: 'https://a.example/', title: 'a' } }],
      groundingSupports: [
        { segment: { startIndex: 6, endIndex: 9, text: 'won' }, groundingChunkIndices: [0, 7] },
      ],
    };
    const answer = gemini.readAnswer(
      bodyOf(said({ ...parts({ text: 'Zoë 1 won' }), finishReason: 'STOP', groundingMetadata })),
    );
    expect(answer).toMatchObject({
      parts: [
        { citations: [{ url: 'https://a.example/', title: 'a', quote: 'won', start: 5, end: 8 }] },
      ],
    });
  });

  test('with words that are no arguments has them as the one argument', () => {
    const call = { kind: 'call' as const, id: '1', name: 'f', arguments: '{"a":', cache: null };
    const answer: DialogueAnswer = {
      id: null,
      model: null,
      parts: [call],
      finish: 'calls',
      stopSequence: null,
      usage: null,
    };
    expect(gemini.writeAnswer(answer, context)).toEqual({
      candidates: [
        {
          content: {
            parts: [{ functionCall: { id: '1', name: 'f', args: { input: '{"a":' } } }],
            role: 'model',
          },
          finishReason: 'STOP',
          index: 0,
        },
      ],
      modelVersion: 'model-1',
      responseId: 'req_1',
    });
  });

  test('of any JSON is read or an error', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (candidate, rest) => {
        for (const json of [
          candidate,
          { candidates: candidate, ...Object(rest) },
          said(Object(candidate)),
        ]) {
          gemini.readAnswer(bodyOf(json));
          gemini.streamReader().read(JSON.stringify(json));
          gemini.readError(bodyOf(json));
        }
      }),
    );
  });
});

describe('a stream', () => {
  test('written and read again says the same', () => {
    const streams = answers(WORDS)
      .map(asGoogle)
      .chain((answer) => streamsOf(answer).map((events) => ({ answer, events })));
    fc.assert(
      fc.property(streams, ({ answer, events }) => {
        const again = reread(gemini.streamWriter(context), gemini.streamReader(), events);
        expect(gather(again)).toEqual(answer);
      }),
      { numRuns: 500 },
    );
  });

  test('goes on from piece to piece and ends with its reason', () => {
    const reader = gemini.streamReader();
    const chunks = [
      said(parts({ text: 'Hm', thought: true }), { usageMetadata: { promptTokenCount: 3 } }),
      said(parts({ text: 'Hel' })),
      said(parts({ text: 'lo' })),
      said(
        { ...parts({ text: '', thoughtSignature: 'c2ln' }), finishReason: 'STOP' },
        { usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2 } },
      ),
    ];
    const events = chunks.flatMap((chunk) => reader.read(JSON.stringify(chunk)));
    expect(events.filter(({ type }) => type === 'usage')).toHaveLength(1);
    expect(gather([...events, ...reader.end()])).toMatchObject({
      id: 'r1',
      parts: [
        { kind: 'thought', text: 'Hm', seal: null },
        { kind: 'text', text: 'Hello' },
        { kind: 'thought', text: '', seal: { value: 'c2ln' } },
      ],
      finish: 'stop',
      usage: { inputTokens: 3, outputTokens: 2 },
    });
  });

  test('without a reason to stop is not done', () => {
    const reader = gemini.streamReader();
    reader.read(JSON.stringify(said(parts({ text: 'Hel' }))));
    expect(reader.end()).toEqual([]);
  });

  test('says what the platform said instead', () => {
    const frame = '{"error":{"code":500,"message":"it broke"}}';
    expect(gemini.streamReader().read(frame)).toEqual([{ type: 'error', message: 'it broke' }]);
  });

  test('has parts in every piece, which clients take for an answer that is whole', () => {
    const writer = gemini.streamWriter(context);
    const frames = [
      ...writer.write({ type: 'finish', reason: 'stop', stopSequence: null }),
      ...writer.write({ type: 'done' }),
    ];
    expect(frames.map(({ data }) => JSON.parse(data))).toEqual([
      {
        candidates: [
          { content: { parts: [{ text: '' }], role: 'model' }, finishReason: 'STOP', index: 0 },
        ],
        modelVersion: 'model-1',
        responseId: 'req_1',
      },
    ]);
  });
});
