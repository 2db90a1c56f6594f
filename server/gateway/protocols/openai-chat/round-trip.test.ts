import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type AnswerVocabulary,
  answers,
  gather,
  reread,
  streamsOf,
} from '../../../testing/answers.ts';
import { dialogues, efforts, PLAIN_WORDS, words } from '../../../testing/dialogues.ts';
import { type Dialogue, EMPTY_DIALOGUE } from '../dialogue.ts';
import { fitTo } from '../fidelity.ts';
import type { AnswerContext, Recipient } from '../protocol.ts';
import { openaiChat } from './index.ts';

const CHAT_WORDS: AnswerVocabulary = {
  ...PLAIN_WORDS,
  systems: 'anywhere',
  systemRoles: ['system', 'developer'],
  sameRoleTwice: true,
  imageSources: ['url', 'data'],
  imageDetail: true,
  audio: true,
  fileSources: ['data'],
  fileNames: true,
  severalResultParts: false,
  refusals: true,
  thoughts: words.map((text) => ({ kind: 'thought', text, seal: null, redacted: false })),
  strict: true,
  formats: ['json', 'schema'],
  formatNames: true,
  reasoning: efforts,
  sampling: ['temperature', 'topP', 'seed', 'frequencyPenalty', 'presencePenalty', 'logitBias'],
  settings: [
    'cacheKey',
    'endUser',
    'maxOutputTokens',
    'parallelCalls',
    'stop',
    'stream',
    'verbosity',
  ],
  finishes: ['stop', 'length', 'filtered'],
  stopSequences: false,
  citations: true,
};

const TO: Recipient = { model: 'tiny', quirks: { keepsThoughts: true }, account: 'cafe0123' };

const context = (dialogue: Dialogue): AnswerContext => ({
  requestId: 'r1',
  model: 'gpt-lab',
  createdAt: 1_700_000_000,
  wantsUsage: true,
  dialogue,
  echo: {},
});
const ASKED = context({ ...EMPTY_DIALOGUE, messages: [] });

/** What is said about calls is nothing without tools. */
function withoutIdleSettings(dialogue: Dialogue): Dialogue {
  return dialogue.tools.length > 0 ? dialogue : { ...dialogue, parallelCalls: null };
}

test('a dialogue written as a request and read again is the same', () => {
  fc.assert(
    fc.property(dialogues(CHAT_WORDS).map(withoutIdleSettings), (dialogue) => {
      expect(fitTo(dialogue, 'openai-chat')).toEqual({ dialogue, dropped: [] });
      const body = Buffer.from(JSON.stringify(openaiChat.writeRequest(dialogue, TO).body));
      const request = openaiChat.readRequest({
        body,
        headers: {},
        model: null,
        action: null,
        query: new URLSearchParams(),
      });
      expect(request.dialogue()).toEqual(dialogue);
      expect(request.stream).toBe(dialogue.stream);
      expect(request.maxOutputTokens).toBe(dialogue.maxOutputTokens);
    }),
  );
});

test('an answer written and read again is the same but for its ids', () => {
  fc.assert(
    fc.property(answers(CHAT_WORDS), (answer) => {
      const body = Buffer.from(JSON.stringify(openaiChat.writeAnswer(answer, ASKED)));
      expect(openaiChat.readAnswer(body)).toEqual(expected(answer));
    }),
  );
});

test('a stream written and read again tells the same answer', () => {
  const streams = answers(CHAT_WORDS).chain((answer) =>
    streamsOf(answer).map((events) => ({ answer, events })),
  );
  fc.assert(
    fc.property(streams, ({ answer, events }) => {
      const again = reread(openaiChat.streamWriter(ASKED), openaiChat.streamReader(), events);
      expect(gather(again)).toEqual(expected(answer));
    }),
  );
});

/** Ids are those of the door; a refusal that stops is a refusal. */
function expected(answer: ReturnType<typeof gather>) {
  const refused = answer.finish === 'stop' && answer.parts.some(({ kind }) => kind === 'refusal');
  return {
    ...answer,
    id: 'chatcmpl-r1',
    model: 'gpt-lab',
    finish: refused ? 'refused' : answer.finish,
  };
}
