import type { TokenUsage } from '../../ports.ts';
import type { DialogueEvent, Finish, Seal } from '../dialogue.ts';
import type { AnswerContext, Frame, StreamWriter } from '../protocol.ts';
import { writeSeal } from '../seals.ts';
import { writeCitation } from './citations.ts';
import { writeFinish, writeUsage } from './outcome.ts';
import { isHidden, messageHead } from './write-answer.ts';

type Opened = Extract<DialogueEvent, { type: 'open' }>;

/** A part being written. `index` is null until its block has started. */
type Part = { opened: Opened; index: number | null; seal: Seal | null };

/**
 * Writes the events of a streamed answer.
 * Source: https://platform.claude.com/docs/en/build-with-claude/streaming#event-types
 */
export function streamWriter(context: AnswerContext): StreamWriter {
  const parts = new Map<number, Part>();
  let blocks = 0;
  let started = false;
  let refused = false;
  let usage: TokenUsage | null = null;
  let finish: { reason: Finish; stopSequence: string | null } | null = null;

  const begin = (): Frame[] => {
    if (started) return [];
    started = true;
    const message = {
      ...messageHead(context),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: writeUsage(usage),
    };
    return [event('message_start', { message })];
  };

  const startBlock = (part: Part): Frame[] => {
    if (part.index !== null) return [];
    return startAs(part, firstBlock(part.opened));
  };

  const startAs = (part: Part, content_block: object): Frame[] => {
    part.index = blocks;
    blocks += 1;
    return [event('content_block_start', { index: part.index, content_block })];
  };

  const stopBlock = (part: Part): Frame[] => {
    const { index } = part;
    part.index = null;
    return index === null ? [] : [event('content_block_stop', { index })];
  };

  const delta = (part: Part, delta: object): Frame[] => [
    ...startBlock(part),
    event('content_block_delta', { index: part.index, delta }),
  ];

  /**
   * The seal stands at the end of its block. Without words before it, it may take a block of its
   * own, which is complete at once.
   */
  const sealBlock = (part: Part): Frame[] => {
    const { opened, seal } = part;
    if (seal === null) return [];
    part.seal = null;
    const redacted = opened.kind === 'thought' && opened.redacted;
    if (part.index === null && isHidden(seal, '', redacted)) {
      const block = { type: 'redacted_thinking', data: writeSeal(seal) };
      return [...startAs(part, block), ...stopBlock(part)];
    }
    return delta(part, { type: 'signature_delta', signature: writeSeal(seal) });
  };

  const open = (opened: Opened): Frame[] => {
    // A seal may vouch for what follows it, so that it has to stand before that.
    const before = [...parts.values()].filter(({ index }) => index === null).flatMap(sealBlock);
    const part: Part = { opened, index: null, seal: null };
    parts.set(opened.part, part);
    if (opened.kind === 'refusal') refused = true;
    // Whether a thought has words shows later; a text without any makes no block.
    return opened.kind === 'call' ? [...before, ...startBlock(part)] : before;
  };

  const close = (number: number): Frame[] => {
    const part = parts.get(number);
    if (!part) return [];
    parts.delete(number);
    return [...sealBlock(part), ...stopBlock(part)];
  };

  const end = (): Frame[] => {
    const { reason, stopSequence } = finish ?? { reason: 'stop', stopSequence: null };
    return [
      ...begin(),
      ...[...parts.keys()].flatMap(close),
      event('message_delta', {
        delta: writeFinish(reason, stopSequence, refused),
        usage: writeUsage(usage),
      }),
      event('message_stop', {}),
    ];
  };

  const writeTo = (number: number, write: (part: Part) => Frame[]): Frame[] => {
    const part = parts.get(number);
    return part ? write(part) : [];
  };

  const write = (it: Exclude<DialogueEvent, { type: 'usage' | 'error' | 'done' }>): Frame[] => {
    switch (it.type) {
      case 'start':
        return [];
      case 'open':
        return open(it);
      case 'text':
        return writeTo(it.part, (part) => delta(part, wordsDelta(part.opened, it.text)));
      case 'citation':
        return writeTo(it.part, (part) =>
          delta(part, { type: 'citations_delta', citation: writeCitation(it.citation) }),
        );
      case 'seal':
        return writeTo(it.part, (part) => {
          part.seal = it.seal;
          return [];
        });
      case 'close':
        return close(it.part);
      case 'finish':
        finish = { reason: it.reason, stopSequence: it.stopSequence };
        return [...parts.keys()].flatMap(close);
    }
  };

  return {
    write(it) {
      switch (it.type) {
        case 'usage':
          usage = it.usage;
          return [];
        case 'done':
          return end();
        case 'error':
          // What ends a stream that cannot go on is worded by the door: see errors.ts.
          return [];
        default:
          return [...begin(), ...write(it)];
      }
    },
  };
}

function firstBlock(opened: Opened): object {
  switch (opened.kind) {
    case 'text':
    case 'refusal':
      return { type: 'text', text: '' };
    case 'thought':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'call':
      return { type: 'tool_use', id: opened.id, name: opened.name, input: {} };
  }
}

function wordsDelta({ kind }: Opened, words: string): object {
  switch (kind) {
    case 'text':
    case 'refusal':
      return { type: 'text_delta', text: words };
    case 'thought':
      return { type: 'thinking_delta', thinking: words };
    case 'call':
      return { type: 'input_json_delta', partial_json: words };
  }
}

function event(type: string, members: object): Frame {
  return { event: type, data: JSON.stringify({ type, ...members }) };
}
