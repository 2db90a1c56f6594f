import type { GeminiGrounding, GeminiPart } from '#shared/wire/gemini.ts';
import type { AnswerPart, DialogueEvent } from '../dialogue.ts';
import type { StreamReader } from '../protocol.ts';
import { type AnswerChunk, readChunk } from './answer-chunk.ts';
import { readCitations } from './citations.ts';
import { readFinish } from './finish.ts';
import { answerCallIds } from './read-answer.ts';
import { readAnswerPart } from './read-contents.ts';
import { readUsage } from './usage.ts';

type OpenPart = { part: number; kind: 'text' | 'thought'; text: string };

type State = {
  idOf: ReturnType<typeof answerCallIds>;
  started: boolean;
  parts: number;
  open: OpenPart | null;
  grounding: GeminiGrounding | null;
  hasCalls: boolean;
  finished: boolean;
};

/**
 * A streamed answer is a row of whole answers, each with the next piece. It has no closing frame:
 * it is complete when a reason to stop was given.
 * Source: https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
 */
export function streamReader(): StreamReader {
  const state: State = {
    idOf: answerCallIds(),
    started: false,
    parts: 0,
    open: null,
    grounding: null,
    hasCalls: false,
    finished: false,
  };
  return {
    read(data) {
      const chunk = readChunk(data);
      return 'error' in chunk
        ? [{ type: 'error', message: chunk.error }]
        : readEvents(state, chunk);
    },
    end: () => (state.finished ? [{ type: 'done' }] : []),
  };
}

function readEvents(state: State, chunk: AnswerChunk): DialogueEvent[] {
  const events: DialogueEvent[] = [];
  if (!state.started) {
    const { responseId, modelVersion } = chunk;
    events.push({ type: 'start', id: responseId ?? null, model: modelVersion ?? null });
    state.started = true;
  }
  state.grounding = chunk.grounding ?? state.grounding;
  // NOTE: after its end only usage still counts.
  if (!state.finished) events.push(...readParts(state, chunk));
  if (chunk.usageMetadata && (state.finished || countsAnswer(chunk))) {
    events.push({ type: 'usage', usage: readUsage(chunk.usageMetadata) });
  }
  if (chunk.finishReason === null || state.finished) return events;
  state.finished = true;
  const reason = readFinish(chunk.finishReason, state.hasCalls);
  return [...events, { type: 'finish', reason, stopSequence: null }];
}

/** Early pieces may count the prompt only: as a total they would be too little. */
function countsAnswer({ usageMetadata, finishReason }: AnswerChunk): boolean {
  if (finishReason !== null) return true;
  return Boolean(usageMetadata?.candidatesTokenCount || usageMetadata?.thoughtsTokenCount);
}

function readParts(state: State, { parts, finishReason }: AnswerChunk): DialogueEvent[] {
  const events = parts.flatMap((piece) =>
    readAnswerPart(piece, state.idOf).flatMap((part) => readPart(state, part, piece)),
  );
  return finishReason === null ? events : [...events, ...close(state)];
}

function readPart(state: State, part: AnswerPart, piece: GeminiPart): DialogueEvent[] {
  switch (part.kind) {
    case 'text':
      return write(state, part.kind, part.text);
    case 'call':
      return readCall(state, part);
    case 'thought':
      return readThought(state, part, piece.thought === true);
    case 'refusal':
      return [];
  }
}

function readCall(state: State, call: Extract<AnswerPart, { kind: 'call' }>): DialogueEvent[] {
  const before = close(state);
  const part = state.parts++;
  state.hasCalls = true;
  return [
    ...before,
    { type: 'open', part, kind: 'call', id: call.id, name: call.name },
    { type: 'text', part, text: call.arguments },
    { type: 'close', part },
  ];
}

/**
 * A seal ends the thought that it belongs to: the open one if it is marked as a thought (`own`), else
 * it stands for itself.
 */
function readThought(
  state: State,
  { text, seal, redacted }: Extract<AnswerPart, { kind: 'thought' }>,
  own: boolean,
): DialogueEvent[] {
  const continues = own && !redacted && state.open?.kind === 'thought';
  const alone = text === '' && !continues;
  const events = alone ? [...close(state), open(state, redacted)] : write(state, 'thought', text);
  const part = state.open?.part;
  if (!seal || part === undefined) return events;
  return [...events, { type: 'seal', part, seal }, ...close(state)];
}

/** Words go into the open part of their kind, or open one. */
function write(state: State, kind: OpenPart['kind'], text: string): DialogueEvent[] {
  const events: DialogueEvent[] = [];
  if (state.open?.kind !== kind) {
    events.push(...close(state));
    if (kind === 'thought') events.push(open(state, false));
    else {
      state.open = { part: state.parts++, kind, text: '' };
      events.push({ type: 'open', part: state.open.part, kind });
    }
  }
  if (!state.open) return events;
  state.open.text += text;
  return text === '' ? events : [...events, { type: 'text', part: state.open.part, text }];
}

function open(state: State, redacted: boolean): DialogueEvent {
  state.open = { part: state.parts++, kind: 'thought', text: '' };
  return { type: 'open', part: state.open.part, kind: 'thought', redacted };
}

/** Closes what is open; the sources of a text come last, for they speak of all of it. */
function close(state: State): DialogueEvent[] {
  const { open: closing, grounding } = state;
  if (!closing) return [];
  state.open = null;
  const { part, kind, text } = closing;
  const citations = kind === 'text' && grounding ? readCitations(grounding, text) : [];
  if (kind === 'text') state.grounding = null;
  return [
    ...citations.map((citation): DialogueEvent => ({ type: 'citation', part, citation })),
    { type: 'close', part },
  ];
}
