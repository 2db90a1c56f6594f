import { isObject, tryParseObject } from '../body.ts';
import type { DialogueEvent } from '../dialogue.ts';
import { errorMessage } from '../error-message.ts';
import type { StreamReader } from '../protocol.ts';
import { readCitation } from './content.ts';
import { type OpenParts, openParts } from './open-parts.ts';
import {
  failure,
  finishOf,
  partsOf,
  readItem,
  readUsage,
  stringOr,
  type Wire,
} from './read-answer.ts';

type Reading = {
  parts: OpenParts;
  started: boolean;
  ended: boolean;
};

type ReadEvent = (reading: Reading, event: Wire) => DialogueEvent[];

const READERS: Readonly<Record<string, ReadEvent>> = {
  'response.created': () => [],
  'response.output_item.added': itemAdded,
  'response.output_item.done': itemDone,
  'response.content_part.added': contentAdded,
  'response.content_part.done': contentDone,
  'response.output_text.delta': (reading, event) => words(reading, event, 'text'),
  'response.output_text.done': (reading, event) => wholeWords(reading, event, 'text'),
  'response.output_text.annotation.added': citation,
  'response.refusal.delta': (reading, event) => words(reading, event, 'refusal'),
  'response.refusal.done': (reading, event) => wholeWords(reading, event, 'refusal'),
  'response.reasoning_summary_text.delta': (reading, event) => thought(reading, event, 'summary'),
  'response.reasoning_summary_text.done': (reading, event) =>
    wholeThought(reading, event, 'summary'),
  'response.reasoning_text.delta': (reading, event) => thought(reading, event, 'content'),
  'response.reasoning_text.done': (reading, event) => wholeThought(reading, event, 'content'),
  'response.function_call_arguments.delta': callWords,
  'response.function_call_arguments.done': (reading, event) =>
    wholeCall(reading, event, 'arguments'),
  'response.custom_tool_call_input.delta': callWords,
  'response.custom_tool_call_input.done': (reading, event) => wholeCall(reading, event, 'input'),
  'response.completed': completed,
  'response.incomplete': completed,
  'response.done': completed,
  'response.failed': failed,
  'response.cancelled': failed,
  error: (reading, event) => fail(reading, errorMessage(event) ?? stringOr(event['message'], null)),
};

/**
 * Reads a platform's stream. Servers differ in which events they send: what comes in a `done` or in
 * the closing response and was not said before is said then.
 * Source: https://platform.openai.com/docs/api-reference/responses-streaming
 */
export function streamReader(): StreamReader {
  const reading: Reading = { parts: openParts(), started: false, ended: false };
  return {
    read: (data) => readFrame(reading, data),
    end: () => [],
  };
}

function readFrame(reading: Reading, data: string): DialogueEvent[] {
  if (reading.ended || data === '[DONE]') return [];
  const event = tryParseObject(data);
  if (!event) return fail(reading, 'The platform sent a broken part of a stream.');
  const type = stringOr(event['type'], '');
  const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  if (read)
    return type === 'error'
      ? read(reading, event)
      : [...start(reading, event), ...read(reading, event)];
  return type === '' && errorMessage(event) !== null ? fail(reading, errorMessage(event)) : [];
}

function start(reading: Reading, event: Wire): DialogueEvent[] {
  if (reading.started) return [];
  reading.started = true;
  const response = responseOf(event);
  return [
    { type: 'start', id: stringOr(response['id'], null), model: stringOr(response['model'], null) },
  ];
}

/** Only calls begin here: whether reasoning is hidden, or there at all, is known later. */
function itemAdded({ parts }: Reading, event: Wire): DialogueEvent[] {
  const [part] = isObject(event['item']) ? readItem(event['item']) : [];
  if (part?.kind !== 'call') return [];
  return parts.open(itemKey(event), { kind: 'call', id: part.id, name: part.name });
}

/** The item as it is in the end: whatever of it was not said yet, its seal, and its close. */
function itemDone({ parts }: Reading, event: Wire): DialogueEvent[] {
  const { item } = event;
  if (!isObject(item)) return [];
  const { type, content } = item;
  if (type === 'message') {
    const contents: unknown[] = Array.isArray(content) ? content : [];
    return contents.flatMap((it, index) =>
      readItem({ type, content: [it] }).flatMap((part) =>
        parts.finish(contentKey(event, index), part),
      ),
    );
  }
  const key = itemKey(event);
  return [...readItem(item).flatMap((part) => parts.finish(key, part)), ...parts.close(key)];
}

function contentAdded({ parts }: Reading, event: Wire): DialogueEvent[] {
  const { part } = event;
  const type = isObject(part) ? part['type'] : null;
  if (type === 'output_text') return parts.open(contentKey(event), { kind: 'text' });
  return type === 'refusal' ? parts.open(contentKey(event), { kind: 'refusal' }) : [];
}

function contentDone({ parts }: Reading, event: Wire): DialogueEvent[] {
  const [part] = readItem({ type: 'message', content: [event['part']] });
  return part ? parts.finish(contentKey(event), part) : [];
}

function words({ parts }: Reading, event: Wire, kind: 'text' | 'refusal'): DialogueEvent[] {
  const key = contentKey(event);
  return [...parts.open(key, { kind }), ...parts.more(key, stringOr(event['delta'], ''))];
}

function wholeWords({ parts }: Reading, event: Wire, kind: 'text' | 'refusal'): DialogueEvent[] {
  const key = contentKey(event);
  return [...parts.open(key, { kind }), ...parts.rest(key, stringOr(event[kind], ''))];
}

function citation({ parts }: Reading, event: Wire): DialogueEvent[] {
  const source = readCitation(event['annotation']);
  return source ? parts.cite(contentKey(event), source) : [];
}

function thought({ parts }: Reading, event: Wire, kind: 'summary' | 'content'): DialogueEvent[] {
  const key = itemKey(event);
  return [
    ...parts.open(key, { kind: 'thought', redacted: false }),
    ...parts.section(key, sectionOf(event, kind)),
    ...parts.more(key, stringOr(event['delta'], '')),
  ];
}

function wholeThought(
  { parts }: Reading,
  event: Wire,
  kind: 'summary' | 'content',
): DialogueEvent[] {
  const key = itemKey(event);
  const text = stringOr(event['text'], '');
  if (text === '') return [];
  return [
    ...parts.open(key, { kind: 'thought', redacted: false }),
    ...parts.section(key, sectionOf(event, kind)),
    ...parts.rest(key, text),
  ];
}

function callWords({ parts }: Reading, event: Wire): DialogueEvent[] {
  return parts.more(itemKey(event), stringOr(event['delta'], ''));
}

function wholeCall({ parts }: Reading, event: Wire, member: string): DialogueEvent[] {
  return parts.rest(itemKey(event), stringOr(event[member], ''));
}

function completed(reading: Reading, event: Wire): DialogueEvent[] {
  const response = responseOf(event);
  if (failure(response) !== null) return failed(reading, event);
  const { parts } = reading;
  // What stands in the closing response is news only where nothing was streamed.
  const unsaid = parts.kinds().length > 0 ? [] : partsOf(response);
  const events = [
    ...unsaid.flatMap((part, index) => parts.finish(`whole ${index}`, part)),
    ...parts.closeAll(),
    ...usage(response),
  ];
  reading.ended = true;
  const incomplete = event['type'] === 'response.incomplete' ? { status: 'incomplete' } : {};
  const reason = finishOf({ ...response, ...incomplete }, parts.kinds());
  return [...events, { type: 'finish', reason, stopSequence: null }, { type: 'done' }];
}

function failed(reading: Reading, event: Wire): DialogueEvent[] {
  const response = responseOf(event);
  return [...usage(response), ...fail(reading, failure(response))];
}

function fail(reading: Reading, message: string | null): DialogueEvent[] {
  reading.ended = true;
  return [{ type: 'error', message: message ?? 'The platform reported an error without a text.' }];
}

function usage(response: Wire): DialogueEvent[] {
  const used = readUsage(response['usage']);
  return used ? [{ type: 'usage', usage: used }] : [];
}

function responseOf({ response }: Wire): Wire {
  return isObject(response) ? response : {};
}

function itemKey(event: Wire): string {
  return place(event['output_index'] ?? event['item_id']);
}

function contentKey(event: Wire, index: unknown = event['content_index']): string {
  return `${itemKey(event)} ${place(index)}`;
}

function sectionOf(event: Wire, kind: 'summary' | 'content'): string {
  return `${kind} ${place(event[`${kind}_index`])}`;
}

/** The first, where the server does not say which. */
function place(index: unknown): string {
  return typeof index === 'number' || typeof index === 'string' ? String(index) : '0';
}
