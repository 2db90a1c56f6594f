import { isObject, tryParseObject } from '../body.ts';
import type { DialogueEvent } from '../dialogue.ts';
import type { StreamReader } from '../protocol.ts';
import { readCitations } from './citations.ts';
import { errorMessage } from './errors.ts';
import { addUsage, NO_COUNTERS, readFinish, usageOf } from './outcome.ts';
import { ownSeal, refusalIn, wordsIn } from './read-answer.ts';

type Json = Record<string, unknown>;

/** A block that is being written. `pending` are a call's arguments that came with its start. */
type Open = { part: number; kind: 'text' | 'thought' | 'call'; pending: string };

const BROKEN: DialogueEvent = {
  type: 'error',
  message: 'The platform sent a broken part of a stream.',
};

/**
 * Reads the events of a streamed answer; blocks and events of types we do not know are skipped.
 * Source: https://platform.claude.com/docs/en/build-with-claude/streaming
 */
export function streamReader(): StreamReader {
  const open = new Map<unknown, Open>();
  let parts = 0;
  let counters = NO_COUNTERS;
  let finished = false;

  const usage = (json: unknown): DialogueEvent[] => {
    if (!isObject(json)) return [];
    counters = addUsage(counters, json);
    return [{ type: 'usage', usage: usageOf(counters) }];
  };

  const start = (message: unknown): DialogueEvent[] => {
    if (!isObject(message)) return [BROKEN];
    const id = wordsIn(message['id']) || null;
    const model = wordsIn(message['model']) || null;
    return [{ type: 'start', id, model }, ...usage(message['usage'])];
  };

  const startBlock = (index: unknown, block: unknown): DialogueEvent[] => {
    if (!isObject(block)) return [];
    const part = parts;
    const started = startOf(block, part);
    if (!started) return [];
    parts += 1;
    open.set(index, { part, ...started.open });
    return started.events;
  };

  const stopBlock = (index: unknown): DialogueEvent[] => {
    const block = open.get(index);
    if (!block) return [];
    open.delete(index);
    return [...says(block.part, block.pending), { type: 'close', part: block.part }];
  };

  const end = (json: Json): DialogueEvent[] => {
    const delta = isObject(json['delta']) ? json['delta'] : {};
    const used = usage(json['usage']);
    if (wordsIn(delta['stop_reason']) === '' || finished) return used;
    finished = true;
    const closed = [...open.keys()].flatMap(stopBlock);
    const sequence = delta['stop_sequence'];
    const stopSequence = typeof sequence === 'string' ? sequence : null;
    const reason = readFinish(delta['stop_reason']);
    return [...closed, ...refuses(delta), ...used, { type: 'finish', reason, stopSequence }];
  };

  const refuses = (delta: Json): DialogueEvent[] => {
    const refusal = refusalIn(delta);
    if (refusal === null) return [];
    const part = parts;
    parts += 1;
    return [
      { type: 'open', part, kind: 'refusal' },
      { type: 'text', part, text: refusal },
      { type: 'close', part },
    ];
  };

  const read = (json: Json): DialogueEvent[] => {
    switch (json['type']) {
      case 'message_start':
        return start(json['message']);
      case 'content_block_start':
        return startBlock(json['index'], json['content_block']);
      case 'content_block_delta': {
        const block = open.get(json['index']);
        return block && isObject(json['delta']) ? readDelta(json['delta'], block) : [];
      }
      case 'content_block_stop':
        return stopBlock(json['index']);
      case 'message_delta':
        return end(json);
      case 'message_stop':
        return [...(finished ? [] : end({ delta: { stop_reason: 'end_turn' } })), { type: 'done' }];
      default: {
        const message = errorMessage(json);
        return message === null ? [] : [{ type: 'error', message }];
      }
    }
  };

  return {
    read(data) {
      const json = tryParseObject(data);
      return json === null ? [BROKEN] : read(json);
    },
    end: () => [],
  };
}

/** What a block's start says; null for blocks that mean nothing here. */
function startOf(block: Json, part: number) {
  switch (block['type']) {
    case 'text':
      return {
        open: { kind: 'text', pending: '' } as const,
        events: [
          { type: 'open', part, kind: 'text' },
          ...says(part, block['text']),
          ...cites(part, block['citations']),
        ] satisfies DialogueEvent[],
      };
    case 'thinking':
      return {
        open: { kind: 'thought', pending: '' } as const,
        events: [
          { type: 'open', part, kind: 'thought', redacted: false },
          ...says(part, block['thinking']),
          ...seals(part, block['signature']),
        ] satisfies DialogueEvent[],
      };
    case 'redacted_thinking':
      return {
        open: { kind: 'thought', pending: '' } as const,
        events: [
          { type: 'open', part, kind: 'thought', redacted: true },
          ...seals(part, block['data']),
        ] satisfies DialogueEvent[],
      };
    case 'tool_use': {
      const id = wordsIn(block['id']);
      const name = wordsIn(block['name']);
      return {
        open: { kind: 'call', pending: JSON.stringify(block['input'] ?? {}) } as const,
        events: [{ type: 'open', part, kind: 'call', id, name }] satisfies DialogueEvent[],
      };
    }
    default:
      return null;
  }
}

function readDelta(delta: Json, block: Open): DialogueEvent[] {
  const { part, kind } = block;
  switch (delta['type']) {
    case 'text_delta':
      return kind === 'text' ? says(part, delta['text']) : [];
    case 'thinking_delta':
      return kind === 'thought' ? says(part, delta['thinking']) : [];
    case 'signature_delta':
      return kind === 'thought' ? seals(part, delta['signature']) : [];
    case 'citations_delta':
      return kind === 'text' ? cites(part, [delta['citation']]) : [];
    case 'input_json_delta': {
      if (kind !== 'call') return [];
      const said = says(part, delta['partial_json']);
      // What the start held only counts where nothing follows it.
      if (said.length > 0) block.pending = '';
      return said;
    }
    default:
      return [];
  }
}

function says(part: number, words: unknown): DialogueEvent[] {
  const text = wordsIn(words);
  return text === '' ? [] : [{ type: 'text', part, text }];
}

function seals(part: number, value: unknown): DialogueEvent[] {
  const seal = ownSeal(value);
  return seal ? [{ type: 'seal', part, seal }] : [];
}

function cites(part: number, json: unknown): DialogueEvent[] {
  return readCitations(json).map((citation) => ({ type: 'citation', part, citation }));
}
