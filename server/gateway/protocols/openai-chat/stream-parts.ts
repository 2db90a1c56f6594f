import type { Citation, DialogueEvent } from '../dialogue.ts';
import { type CallPiece, callId } from './pieces.ts';

type Words = 'thought' | 'text' | 'refusal';
type Current = { part: number; kind: Words | 'call' };
type Call = { id: string | null; name: string | null; part: number | null; isOver: boolean };

/** What the pieces of a stream are parts of. */
export type StreamParts = {
  say(kind: Words, text: string): DialogueEvent[];
  call(piece: CallPiece, answerId: string | null): DialogueEvent[];
  cite(citation: Citation): DialogueEvent[];
  /** Words of another choice: a part of its own, which stays open to the end. */
  sayElsewhere(choice: number, text: string): DialogueEvent[];
  /** Closes what is open of the first choice. */
  close(): DialogueEvent[];
  /** What the first choice had so far. */
  seen(): { call: boolean; refusal: boolean };
};

/**
 * Puts the pieces of a streamed answer into parts: a new kind of piece closes what is open. Calls
 * that follow each other stay open together, for some platforms go back and forth between them.
 */
export function createStreamParts(): StreamParts {
  const calls: Call[] = [];
  const callsByIndex = new Map<number, Call>();
  const elsewhere = new Map<number, number>();
  let current: Current | null = null;
  let nextPart = 0;
  let hasRefusal = false;
  // Offsets of citations are into all text; those of a part into its own.
  let textLength = 0;
  let partStart = 0;

  function close(): DialogueEvent[] {
    if (!current) return [];
    const open = current.kind === 'call' ? openCalls() : [current.part];
    current = null;
    for (const call of calls) call.isOver ||= call.part !== null;
    return open.map((part) => ({ type: 'close', part }));
  }

  function openCalls(): number[] {
    return calls.flatMap(({ isOver, part }) => (isOver || part === null ? [] : [part]));
  }

  function open(kind: Words): DialogueEvent[] {
    const closed = close();
    const part = nextPart++;
    current = { part, kind };
    if (kind === 'text') partStart = textLength;
    if (kind === 'refusal') hasRefusal = true;
    const opened: DialogueEvent =
      kind === 'thought'
        ? { type: 'open', part, kind, redacted: false }
        : { type: 'open', part, kind };
    return [...closed, opened];
  }

  function callOf(piece: CallPiece): Call {
    const known = piece.index === null ? calls.at(-1) : callsByIndex.get(piece.index);
    const call = known && !startsAnother(piece, known) ? known : newCall();
    if (piece.index !== null) callsByIndex.set(piece.index, call);
    return call;
  }

  function newCall(): Call {
    const call = { id: null, name: null, part: null, isOver: false };
    calls.push(call);
    return call;
  }

  function openCall(call: Call, answerId: string | null): DialogueEvent[] {
    const closed = current?.kind === 'call' ? [] : close();
    const part = nextPart++;
    call.part = part;
    call.id ??= callId(calls.indexOf(call), answerId);
    current = { part, kind: 'call' };
    return [...closed, { type: 'open', part, kind: 'call', id: call.id, name: call.name ?? '' }];
  }

  return {
    close,
    seen: () => ({ call: calls.length > 0, refusal: hasRefusal }),
    say(kind, text) {
      if (text === '') return [];
      const events = current?.kind === kind ? [] : open(kind);
      if (kind === 'text') textLength += text.length;
      return current ? [...events, { type: 'text', part: current.part, text }] : events;
    },
    call(piece, answerId) {
      const call = callOf(piece);
      call.id ??= piece.id;
      call.name ??= piece.name;
      if (call.isOver) return piece.arguments === '' ? [] : [MIXED];
      if (call.name === null && piece.arguments === '') return [];
      const events = call.part === null ? openCall(call, answerId) : [];
      const part = call.part;
      if (piece.arguments === '' || part === null) return events;
      return [...events, { type: 'text', part, text: piece.arguments }];
    },
    cite(citation) {
      if (current?.kind !== 'text') return [];
      const { start, end } = citation;
      const moved = (offset: number | null) => offset && Math.max(0, offset - partStart);
      const own = { ...citation, start: moved(start), end: moved(end) };
      return [{ type: 'citation', part: current.part, citation: own }];
    },
    sayElsewhere(choice, text) {
      if (text === '') return [];
      const known = elsewhere.get(choice);
      const part = known ?? nextPart++;
      elsewhere.set(choice, part);
      const said: DialogueEvent = { type: 'text', part, text };
      return known === undefined ? [{ type: 'open', part, kind: 'text' }, said] : [said];
    },
  };
}

const MIXED: DialogueEvent = {
  type: 'error',
  message: 'The platform mixed the pieces of several tool calls.',
};

/**
 * An index used again by a call of another id (Gemini's compatible endpoint), or a second name where
 * neither index nor id tells calls apart.
 */
function startsAnother({ index, id, name }: CallPiece, known: Call): boolean {
  if (name === null || known.name === null) return false;
  return id === null ? index === null : known.id !== null && id !== known.id;
}
