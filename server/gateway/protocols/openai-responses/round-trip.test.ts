import fc from 'fast-check';
import { accumulateResponse } from 'openai/lib/responses/ResponseAccumulator';
import type { Response, ResponseStreamEvent } from 'openai/resources/responses/responses';
import { expect, test } from 'vitest';
import { EFFORTS, type Reasoning } from '../../../platforms/quirks.ts';
import {
  type AnswerVocabulary,
  answers,
  gather,
  reread,
  streamsOf,
} from '../../../testing/answers.ts';
import { dialogues, PLAIN_WORDS, type Vocabulary, words } from '../../../testing/dialogues.ts';
import {
  type Dialogue,
  type DialogueAnswer,
  EMPTY_DIALOGUE,
  type ThoughtPart,
  text,
} from '../dialogue.ts';
import type { AnswerContext, ArrivedCall } from '../protocol.ts';
import { openaiResponses } from './index.ts';

const TO = { model: 'model-1', quirks: {}, account: 'aaaa1111' };

const reasoning: fc.Arbitrary<Reasoning> = fc
  .record({
    effort: fc.option(fc.constantFrom(...EFFORTS), { nil: null }),
    budgetTokens: fc.constant(null),
    show: fc.constantFrom(null, 'auto' as const, 'concise' as const, 'detailed' as const),
  })
  .filter(({ effort, show }) => effort !== null || show !== null);

/** Reasoning that was sealed by `makers`, read and hidden. */
function thoughts(
  makers: readonly ('openai' | 'anthropic' | 'gemini')[],
  account: string | null,
): fc.Arbitrary<ThoughtPart> {
  const thought = fc.record({
    kind: fc.constant('thought' as const),
    text: fc.oneof(fc.constant(''), words),
    seal: fc.record({
      maker: fc.constantFrom(...makers),
      value: fc.constantFrom('gAAAA+/b', 'c2VhbA=='),
      account: fc.constant(account),
    }),
    redacted: fc.boolean(),
  });
  // What is hidden has no words.
  return thought.map((it) => (it.redacted ? { ...it, text: '' } : it));
}

const VOCABULARY: Vocabulary = {
  ...PLAIN_WORDS,
  systems: 'anywhere',
  systemRoles: ['system', 'developer'],
  systemParts: true,
  anyPartOrder: true,
  imageSources: ['url', 'data', 'file'],
  imageDetail: true,
  audio: true,
  fileSources: ['url', 'file'],
  resultParts: ['image', 'file'],
  refusals: true,
  thoughts: thoughts(['openai'], null),
  customTools: true,
  toolChoices: ['auto', 'none', 'required', 'tool', 'allowed'],
  strict: true,
  formats: ['json', 'schema'],
  formatNames: true,
  reasoning,
  settings: [
    ...['cacheKey', 'endUser', 'maxOutputTokens', 'metadata'],
    ...['parallelCalls', 'stream', 'verbosity'],
  ] as Vocabulary['settings'],
};

const ANSWERS: AnswerVocabulary = {
  ...VOCABULARY,
  thoughts: fc.oneof(
    thoughts(['openai', 'anthropic', 'gemini'], 'bbbb2222'),
    words.map((it) => ({ kind: 'thought' as const, text: it, seal: null, redacted: false })),
  ),
  finishes: ['stop', 'length', 'filtered', 'calls'],
  stopSequences: false,
  citations: true,
};

const CONTEXT: AnswerContext = {
  requestId: '01890a5d-ac96-774b-bcce-b302099a8057',
  model: 'model-1',
  createdAt: 1_700_000_000,
  wantsUsage: true,
  dialogue: { ...EMPTY_DIALOGUE, messages: [{ role: 'user', parts: [text('Hello')] }] },
  echo: { instructions: 'Be brief.', store: false, text: { verbosity: 'low' } },
};

function arrived(body: object): ArrivedCall {
  return {
    body: Buffer.from(JSON.stringify(body)),
    headers: {},
    model: null,
    action: null,
    query: new URLSearchParams(),
  };
}

/** A function's strictness is always said, for it is the default here and nowhere else; limits below 16 are not known. */
function asWritten(dialogue: Dialogue): Dialogue {
  const tools = dialogue.tools.map((tool) =>
    tool.kind === 'function' ? { ...tool, strict: tool.strict ?? false } : tool,
  );
  const { maxOutputTokens: limit } = dialogue;
  return { ...dialogue, tools, maxOutputTokens: limit === null ? null : Math.max(limit, 16) };
}

/** Whoever refuses has finished by that. */
function asRead(answer: DialogueAnswer): DialogueAnswer {
  const refused = answer.finish === 'stop' && answer.parts.some(({ kind }) => kind === 'refusal');
  return {
    ...answer,
    id: 'resp_01890a5dac96774bbcceb302099a8057',
    finish: refused ? 'refused' : answer.finish,
  };
}

test.each([
  ['documents elsewhere', VOCABULARY],
  ['documents in the request', { ...VOCABULARY, fileSources: ['data'], fileNames: true }],
] as [string, Vocabulary][])(
  'a dialogue is the same after it was written and read: %s',
  (_name, can) => {
    fc.assert(
      fc.property(dialogues(can), (dialogue) => {
        const body = openaiResponses.writeRequest(dialogue, TO).body;
        expect(body['store']).toBe(false);
        expect(openaiResponses.readRequest(arrived(body)).dialogue()).toEqual(asWritten(dialogue));
      }),
      { numRuns: 300 },
    );
  },
);

test('an answer is the same after it was written and read', () => {
  fc.assert(
    fc.property(answers(ANSWERS), (answer) => {
      const body = Buffer.from(JSON.stringify(openaiResponses.writeAnswer(answer, CONTEXT)));
      expect(openaiResponses.readAnswer(body)).toEqual(asRead(answer));
    }),
    { numRuns: 300 },
  );
});

test('a stream tells the same after it was written and read', () => {
  const streams = answers(ANSWERS).chain((answer) =>
    fc.tuple(fc.constant(answer), streamsOf(answer)),
  );
  fc.assert(
    fc.property(streams, ([answer, events]) => {
      const writer = openaiResponses.streamWriter(CONTEXT);
      const read = reread(writer, openaiResponses.streamReader(), events);
      expect(gather(read)).toEqual(asRead(answer));
    }),
    { numRuns: 300 },
  );
});

test('the closing response is the whole answer, and what the official client put together on the way', () => {
  const streams = answers(ANSWERS).chain((answer) =>
    fc.tuple(fc.constant(answer), streamsOf(answer)),
  );
  fc.assert(
    fc.property(streams, ([answer, events]) => {
      const writer = openaiResponses.streamWriter(CONTEXT);
      const sent = events
        .flatMap((event) => writer.write(event))
        .map(({ data }): ResponseStreamEvent => JSON.parse(data));
      expect(sent.map((event) => 'sequence_number' in event && event.sequence_number)).toEqual(
        sent.map((_event, index) => index),
      );
      const last = sent.at(-1);
      if (last?.type !== 'response.completed' && last?.type !== 'response.incomplete') {
        throw new Error(`the stream ended in ${last?.type}`);
      }
      expect(last.response).toEqual(
        JSON.parse(JSON.stringify(openaiResponses.writeAnswer(answer, CONTEXT))),
      );
      const gathered = sent
        .slice(0, -1)
        .reduce(
          (response: Response | undefined, event) => accumulateResponse(event, response),
          undefined,
        );
      expect(gathered?.output).toEqual(last.response.output);
    }),
    { numRuns: 200 },
  );
});
