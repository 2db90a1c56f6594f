import { isObject, tryParseObject } from '../protocols/body.ts';
import { JSON_TYPE } from '../protocols/framing.ts';
import { errorMessage, readError } from '../protocols/openai-chat/errors.ts';
import {
  NO_STEP,
  type Passage,
  type Step,
  type StreamPassage,
  type WholeAnswer,
} from '../request.ts';

/** What the ledger wants of a forwarded answer. */
export type Metered = Pick<WholeAnswer, 'usage' | 'units'>;

/**
 * Passes a JSON answer on as it came. `meter` gives null for JSON that is no such answer, which is
 * then an error, whatever its status.
 */
export function jsonPassage(meter: (json: Record<string, unknown>) => Metered | null): Passage {
  return { readError, whole: (body) => passJson(body, meter), stream: neverStreamed };
}

/** An answer's JSON, metered; or the error that it is. */
export function passJson(
  body: Buffer,
  meter: (json: Record<string, unknown>) => Metered | null,
): WholeAnswer | { error: string } {
  const json = tryParseObject(body.toString());
  const metered = json && meter(json);
  if (metered) return { ...metered, body, contentType: JSON_TYPE, text: '' };
  return {
    error: (json && errorMessage(json)) ?? 'The platform’s answer is not what was asked for.',
  };
}

/** One event of a stream, as far as it is read. */
export type EventFacts = Partial<Pick<Step, 'text' | 'usage' | 'units' | 'finishes'>>;

/**
 * Passes events on as they came. `read` tells what an event means for the ledger; the stream is whole
 * once an event said that it finishes.
 */
export function eventsPassage(
  read: (type: string, event: Record<string, unknown>) => EventFacts,
): StreamPassage {
  let finished = false;
  return {
    read(frame, data) {
      if (data === '[DONE]') return { ...NO_STEP, out: frame, last: true };
      const event = tryParseObject(data) ?? {};
      const type = typeof event['type'] === 'string' ? event['type'] : '';
      const failed = type === 'error' || isObject(event['error']);
      if (failed) return { ...NO_STEP, error: saidIn(event) };
      const facts = read(type, event);
      finished ||= facts.finishes === true;
      return { ...NO_STEP, ...facts, out: frame };
    },
    end: () => (finished ? { ...NO_STEP, last: true } : null),
  };
}

/** `{error: {message}}`, or an error event with its message in itself. */
function saidIn(event: Record<string, unknown>): string {
  const { error: _none, ...own } = event;
  return errorMessage(event['error'] ? event : own) ?? 'The platform reported an error.';
}

/** The stream of what is never asked for as a stream. */
export function neverStreamed(): StreamPassage {
  return { read: () => ({ ...NO_STEP, error: 'a stream was not asked for' }), end: () => null };
}
