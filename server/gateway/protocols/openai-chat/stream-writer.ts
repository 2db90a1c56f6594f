import type { TokenUsage } from '../../ports.ts';
import { customNames, unwrapInput } from '../custom-tools.ts';
import type { DialogueEvent, Finish } from '../dialogue.ts';
import type { AnswerContext, Frame, StreamWriter } from '../protocol.ts';
import { REFUSAL_TEXT, writeFinish } from './finish.ts';
import { writeUsage } from './usage.ts';
import { completionId, writeCitation } from './write-answer.ts';

type Opening = Extract<DialogueEvent, { type: 'open' }>;
/** An open part. `held` collects the arguments of a call whose free text is told only as a whole. */
type Open =
  | { kind: 'text'; textStart: number }
  | { kind: 'thought' | 'refusal' }
  | { kind: 'call'; index: number; id: string; name: string; held: string | null };

/**
 * Writes a streamed answer as chunks of a completion, with usage at its end where it was asked for.
 * Source: https://platform.openai.com/docs/api-reference/chat/streaming
 */
export function streamWriter(context: AnswerContext): StreamWriter {
  const custom = customNames(context.dialogue);
  const open = new Map<number, Open>();
  let isStarted = false;
  let calls = 0;
  let textLength = 0;
  let hasRefusal = false;
  let usage: TokenUsage | null = null;

  const head = {
    id: completionId(context),
    object: 'chat.completion.chunk',
    created: context.createdAt,
    model: context.model,
  };

  function chunk(delta: object, reason: string | null = null): Frame {
    const choice = { index: 0, delta, logprobs: null, finish_reason: reason };
    const body = { ...head, choices: [choice], ...(context.wantsUsage && { usage: null }) };
    return { data: JSON.stringify(body) };
  }

  function start(): Frame[] {
    if (isStarted) return [];
    isStarted = true;
    return [chunk({ role: 'assistant', content: '' })];
  }

  function openPart(event: Opening): Frame[] {
    if (event.kind === 'refusal') hasRefusal = true;
    if (event.kind !== 'call') {
      const part = event.kind === 'text' ? { textStart: textLength } : {};
      open.set(event.part, { kind: event.kind, ...part } as Open);
      return [];
    }
    const { id, name } = event;
    const held = custom.has(name) ? '' : null;
    const call = { kind: event.kind, index: calls++, id, name, held };
    open.set(event.part, call);
    if (held !== null) return [];
    const { index } = call;
    return [callChunk({ index, id, type: 'function', function: { name, arguments: '' } })];
  }

  function callChunk(call: object): Frame {
    return chunk({ tool_calls: [call] });
  }

  function say(part: Open | undefined, text: string): Frame[] {
    switch (part?.kind) {
      case 'text':
        textLength += text.length;
        return [chunk({ content: text })];
      case 'thought':
        return [chunk({ reasoning_content: text })];
      case 'refusal':
        return [chunk({ refusal: text })];
      case 'call':
        if (part.held === null) {
          return [callChunk({ index: part.index, function: { arguments: text } })];
        }
        part.held += text;
        return [];
      default:
        return [];
    }
  }

  function closePart(part: Open | undefined): Frame[] {
    if (part?.kind !== 'call' || part.held === null) return [];
    const { index, id, name, held } = part;
    return [callChunk({ index, id, type: 'custom', custom: { name, input: unwrapInput(held) } })];
  }

  function finish(reason: Finish): Frame[] {
    const unsaid = reason === 'refused' && !hasRefusal ? [chunk({ refusal: REFUSAL_TEXT })] : [];
    return [...unsaid, chunk({}, writeFinish(reason))];
  }

  function done(): Frame[] {
    const last = { data: '[DONE]' };
    if (!context.wantsUsage || !usage) return [last];
    return [{ data: JSON.stringify({ ...head, choices: [], usage: writeUsage(usage) }) }, last];
  }

  function write(event: DialogueEvent): Frame[] {
    switch (event.type) {
      case 'start':
        return [];
      case 'open':
        return openPart(event);
      case 'text':
        return say(open.get(event.part), event.text);
      case 'citation': {
        const part = open.get(event.part);
        const moved = part?.kind === 'text' ? part.textStart : 0;
        return [chunk({ annotations: [writeCitation(event.citation, moved)] })];
      }
      case 'close': {
        const part = open.get(event.part);
        open.delete(event.part);
        return closePart(part);
      }
      case 'usage':
        usage = event.usage;
        return [];
      case 'finish':
        return finish(event.reason);
      case 'done':
        return done();
      case 'seal':
      case 'error':
        return [];
    }
  }

  return {
    write: (event) => (speaks(event) ? [...start(), ...write(event)] : write(event)),
  };
}

/** Usage, seals and errors open no answer; all else begins with the chunk that names the role. */
function speaks({ type }: DialogueEvent): boolean {
  return type !== 'usage' && type !== 'seal' && type !== 'error';
}
