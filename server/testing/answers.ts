import fc from 'fast-check';
import {
  type AnswerPart,
  type Citation,
  type DialogueAnswer,
  type DialogueEvent,
  emptyPart,
  type Finish,
} from '../gateway/protocols/dialogue.ts';
import type { StreamReader, StreamWriter } from '../gateway/protocols/protocol.ts';
import { maybe, type Vocabulary, words } from './dialogue-parts.ts';
import { answerParts } from './dialogues.ts';

/** What answers in a protocol can say beyond the parts of its dialogues. */
export type AnswerVocabulary = Vocabulary & {
  finishes: readonly Finish[];
  /** Whether the sequence that stopped the model is named. */
  stopSequences: boolean;
  /** Whether a text carries sources; `quote` of them stays null. */
  citations: boolean;
};

/** Any answer that can be said in a vocabulary; every call has an id. Ends in `calls` if it has some. */
export function answers(can: AnswerVocabulary): fc.Arbitrary<DialogueAnswer> {
  return fc
    .record({
      parts: answerParts(can, []),
      cited: fc.array(citation, { maxLength: can.citations ? 2 : 0 }),
      finish: fc.constantFrom(...can.finishes.filter((it) => it !== 'calls')),
      stopSequence: maybe(can.stopSequences ? words : null),
      usage: maybe(usage),
    })
    .map(({ parts, cited, finish, stopSequence, ...rest }) => {
      const calls = parts.some(({ kind }) => kind === 'call');
      return {
        id: 'answer-1',
        model: 'model-1',
        parts: parts.map((part, index) => completed(part, index, cited)),
        finish: calls ? 'calls' : finish,
        stopSequence: !calls && finish === 'stop' ? stopSequence : null,
        ...rest,
      };
    });
}

/** The events of a stream that says the same, its words cut at any places. */
export function streamsOf(answer: DialogueAnswer): fc.Arbitrary<DialogueEvent[]> {
  return fc.infiniteStream(fc.integer({ min: 1, max: 5 })).map((sizes) => {
    const { id, model, finish, stopSequence, usage } = answer;
    return [
      { type: 'start', id, model },
      ...answer.parts.flatMap((part, index) => partEvents(part, index, sizes)),
      { type: 'finish', reason: finish, stopSequence },
      ...(usage ? [{ type: 'usage' as const, usage }] : []),
      { type: 'done' },
    ];
  });
}

/** The answer that a stream tells; an error or a broken order of its events throws. */
export function gather(events: readonly DialogueEvent[]): DialogueAnswer {
  const answer: DialogueAnswer = {
    id: null,
    model: null,
    parts: [],
    finish: 'stop',
    stopSequence: null,
    usage: null,
  };
  const open = new Set<number>();
  const seen = new Set<DialogueEvent['type']>();
  for (const event of events) {
    if (seen.has('done')) throw new Error(`${event.type} after done`);
    if (event.type === 'finish' && seen.has('finish')) throw new Error('finished twice');
    if (event.type === 'finish' && open.size > 0) throw new Error('finished with open parts');
    seen.add(event.type);
    gatherEvent(answer, open, event);
  }
  if (!seen.has('done')) throw new Error('the stream has no end');
  return answer;
}

function gatherEvent(answer: DialogueAnswer, open: Set<number>, event: DialogueEvent): void {
  switch (event.type) {
    case 'start':
      Object.assign(answer, { id: event.id, model: event.model });
      return;
    case 'usage':
      answer.usage = event.usage;
      return;
    case 'finish':
      Object.assign(answer, { finish: event.reason, stopSequence: event.stopSequence });
      return;
    case 'done':
      return;
    case 'error':
      throw new Error(event.message);
    default:
      gatherPart(answer.parts, open, event);
  }
}

/** What a reader makes of what a writer wrote. */
export function reread(
  writer: StreamWriter,
  reader: StreamReader,
  events: readonly DialogueEvent[],
): DialogueEvent[] {
  const frames = events.flatMap((event) => writer.write(event));
  return [...frames.flatMap(({ data }) => reader.read(data)), ...reader.end()];
}

const citation: fc.Arbitrary<Citation> = fc.record({
  url: fc.constantFrom('https://a.example/', 'https://b.example/x'),
  title: words,
  quote: fc.constant(null),
  start: fc.constant(0),
  end: fc.constant(1),
});

const usage = fc
  .tuple(fc.nat(1_000), fc.nat(1_000), fc.nat(100), fc.nat(100))
  .map(([input, output, cached, reasoning]) => ({
    inputTokens: input + cached,
    cachedTokens: cached,
    cacheWriteTokens: 0,
    outputTokens: output + reasoning,
    reasoningTokens: reasoning,
    estimated: false,
  }));

function completed(part: AnswerPart, index: number, citations: Citation[]): AnswerPart {
  if (part.kind === 'call') return { ...part, id: `call_${index}` };
  return part.kind === 'text' ? { ...part, citations } : part;
}

function partEvents(part: AnswerPart, index: number, sizes: Iterator<number>): DialogueEvent[] {
  const text = part.kind === 'call' ? part.arguments : part.text;
  return [
    opening(part, index),
    ...cut(text, sizes).map((piece) => ({ type: 'text' as const, part: index, text: piece })),
    ...(part.kind === 'thought' && part.seal
      ? [{ type: 'seal' as const, part: index, seal: part.seal }]
      : []),
    ...(part.kind === 'text'
      ? part.citations.map((it) => ({ type: 'citation' as const, part: index, citation: it }))
      : []),
    { type: 'close', part: index },
  ];
}

function opening(part: AnswerPart, index: number): DialogueEvent {
  const start = { type: 'open' as const, part: index };
  switch (part.kind) {
    case 'call':
      return { ...start, kind: part.kind, id: part.id, name: part.name };
    case 'thought':
      return { ...start, kind: part.kind, redacted: part.redacted };
    default:
      return { ...start, kind: part.kind };
  }
}

/** Whole code points: half of a character is nothing that a platform sends. */
function cut(text: string, sizes: Iterator<number>): string[] {
  const points = [...text];
  const pieces: string[] = [];
  while (points.length > 0) pieces.push(points.splice(0, sizes.next().value).join(''));
  return pieces;
}

type PartEvent = Extract<DialogueEvent, { part: number }>;

function gatherPart(parts: AnswerPart[], open: Set<number>, event: PartEvent): void {
  if (event.type === 'open') {
    if (event.part !== parts.length) throw new Error(`part ${event.part} opens out of turn`);
    open.add(event.part);
    parts.push(emptyPart(event));
    return;
  }
  const part = parts[event.part];
  if (!part || !open.has(event.part)) throw new Error(`${event.type} of a part that is not open`);
  if (event.type === 'close') open.delete(event.part);
  if (event.type === 'text' && part.kind === 'call') part.arguments += event.text;
  else if (event.type === 'text' && 'text' in part) part.text += event.text;
  if (event.type === 'seal' && part.kind === 'thought') part.seal = event.seal;
  if (event.type === 'citation' && part.kind === 'text') part.citations.push(event.citation);
}
