import type { TokenUsage } from '../../ports.ts';
import type { Citation, DialogueEvent, Finish, Seal } from '../dialogue.ts';
import type { AnswerContext, Frame, StreamWriter } from '../protocol.ts';
import { writeGrounding } from './citations.ts';
import { writeFinish } from './finish.ts';
import { writeSignature } from './gemini-seals.ts';
import { writeUsage } from './usage.ts';
import { contentOf } from './write-answer.ts';
import { type WrittenPart, writeCall } from './write-contents.ts';

type Opened = Extract<DialogueEvent, { type: 'open' }>;
type OpenPart = { opened: Opened; text: string; seal: Seal | null; citations: Citation[] };

type State = {
  context: AnswerContext;
  id: string | null;
  open: Map<number, OpenPart>;
  /** A signature that waits for the part it vouches for. */
  waiting: string | null;
  cited: { text: string; partIndex: number; citations: Citation[] }[];
  usage: TokenUsage | null;
  finish: Finish | null;
};

/**
 * Writes every piece as an answer of its own. Calls go out whole, for Google has them so; the reason
 * to stop goes out last, together with the usage, which other platforms tell later.
 * Source: https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
 */
export function streamWriter(context: AnswerContext): StreamWriter {
  const state: State = {
    context,
    id: null,
    open: new Map(),
    waiting: null,
    cited: [],
    usage: null,
    finish: null,
  };
  return { write: (event) => writeEvent(state, event) };
}

function writeEvent(state: State, event: DialogueEvent): Frame[] {
  switch (event.type) {
    case 'start':
      state.id = event.id;
      return [];
    case 'usage':
      state.usage = event.usage;
      return [];
    case 'finish':
      state.finish = event.reason;
      return [];
    case 'done':
      return state.finish === null ? [] : [...settle(state), lastFrame(state, state.finish)];
    case 'error':
      return [];
    default:
      return writePart(state, event);
  }
}

function writePart(state: State, event: Extract<DialogueEvent, { part: number }>): Frame[] {
  if (event.type === 'open') {
    state.open.set(event.part, { opened: event, text: '', seal: null, citations: [] });
    // NOTE: sources speak of the text before them; the last text's go out with the end.
    return state.cited.length > 0 ? [frame(state, { text: '' })] : [];
  }
  const part = state.open.get(event.part);
  if (!part) return [];
  switch (event.type) {
    case 'text':
      return writeText(state, part, event.text);
    case 'seal':
      part.seal = event.seal;
      return [];
    case 'citation':
      part.citations.push(event.citation);
      return [];
    case 'close':
      state.open.delete(event.part);
      return close(state, part);
  }
}

function writeText(state: State, part: OpenPart, text: string): Frame[] {
  const first = part.text === '';
  part.text += text;
  if (part.opened.kind === 'call' || text === '') return [];
  if (part.opened.kind === 'thought')
    return [...(first ? settle(state) : []), frame(state, { text, thought: true })];
  return [frame(state, vouched(state, { text }))];
}

function close(state: State, { opened, text, seal, citations }: OpenPart): Frame[] {
  switch (opened.kind) {
    case 'call': {
      const { id, name } = opened;
      return [frame(state, vouched(state, writeCall({ id, name, arguments: text })))];
    }
    case 'thought':
      return closeThought(state, seal && writeSignature(seal, opened.redacted), {
        // NOTE: with words or redacted it is its own thought's; without, of what comes behind.
        own: text !== '' || opened.redacted,
      });
    default:
      if (citations.length > 0) state.cited.push({ text, partIndex: 0, citations });
      return [];
  }
}

function closeThought(state: State, signature: string | null, { own }: { own: boolean }): Frame[] {
  if (signature === null) return [];
  const before = settle(state);
  if (own)
    return [...before, frame(state, { text: '', thought: true, thoughtSignature: signature })];
  state.waiting = signature;
  return before;
}

/** The part with the signature that waits for it. */
function vouched(state: State, part: WrittenPart): WrittenPart {
  if (state.waiting === null) return part;
  const thoughtSignature = state.waiting;
  state.waiting = null;
  return { ...part, thoughtSignature };
}

/** A signature that nothing came behind is a part of its own. */
function settle(state: State): Frame[] {
  return state.waiting === null ? [] : [frame(state, vouched(state, { text: '' }))];
}

function frame(state: State, part: WrittenPart): Frame {
  return chunk(state, { ...contentOf([part], false), index: 0, ...grounding(state) });
}

function lastFrame(state: State, finish: Finish): Frame {
  const candidate = {
    ...contentOf([], false),
    finishReason: writeFinish(finish),
    index: 0,
    ...grounding(state),
  };
  return chunk(state, candidate, state.usage);
}

/** The sources that have not been named yet. */
function grounding(state: State): object {
  const groundingMetadata = writeGrounding(state.cited);
  state.cited = [];
  return groundingMetadata ? { groundingMetadata } : {};
}

function chunk({ context, id }: State, candidate: object, usage: TokenUsage | null = null): Frame {
  const response = {
    candidates: [candidate],
    ...(usage ? { usageMetadata: writeUsage(usage) } : {}),
    modelVersion: context.model,
    responseId: id ?? context.requestId,
  };
  return { data: JSON.stringify(response) };
}
