import { isObject, tryParseObject } from '../body.ts';
import type { AnswerPart, DialogueAnswer, Seal } from '../dialogue.ts';
import { readCitations } from './citations.ts';
import { errorMessage } from './errors.ts';
import { readFinish, readUsage } from './outcome.ts';

/** A seal in a platform's answer: its own, whatever it looks like. */
export function ownSeal(value: unknown): Seal | null {
  return typeof value === 'string' && value !== ''
    ? { maker: 'anthropic', value, account: null }
    : null;
}

/** Why the platform refuses to go on, in its own words, or null. */
export function refusalIn(json: Record<string, unknown>): string | null {
  const details = json['stop_details'];
  if (json['stop_reason'] !== 'refusal' || !isObject(details)) return null;
  return wordsIn(details['explanation']) || null;
}

/** A member that should be text; anything else is no text. */
export function wordsIn(json: unknown): string {
  return typeof json === 'string' ? json : '';
}

/**
 * A whole answer; blocks of types we do not know are left out.
 * Source: https://platform.claude.com/docs/en/api/messages/create
 */
export function readAnswer(body: Buffer): DialogueAnswer | { error: string } {
  const json = tryParseObject(body.toString());
  if (!json) return { error: 'The platform answered with something that is not JSON.' };
  const error = errorMessage(json);
  if (error !== null) return { error };
  const content = json['content'];
  if (!Array.isArray(content)) return { error: 'The platform answered without content.' };
  const parts = content.flatMap((block: unknown) => (isObject(block) ? readPart(block) : []));
  const refusal = refusalIn(json);
  if (refusal !== null) parts.push({ kind: 'refusal', text: refusal });
  const stopSequence = json['stop_sequence'];
  return {
    id: wordsIn(json['id']) || null,
    model: wordsIn(json['model']) || null,
    parts,
    finish: readFinish(json['stop_reason']),
    stopSequence: typeof stopSequence === 'string' ? stopSequence : null,
    usage: readUsage(json['usage']),
  };
}

function readPart(block: Record<string, unknown>): AnswerPart[] {
  switch (block['type']) {
    case 'text': {
      const citations = readCitations(block['citations']);
      return [{ kind: 'text', text: wordsIn(block['text']), citations, cache: null }];
    }
    case 'thinking': {
      const seal = ownSeal(block['signature']);
      return [{ kind: 'thought', text: wordsIn(block['thinking']), seal, redacted: false }];
    }
    case 'redacted_thinking':
      return [{ kind: 'thought', text: '', seal: ownSeal(block['data']), redacted: true }];
    case 'tool_use': {
      const id = wordsIn(block['id']);
      const words = JSON.stringify(block['input'] ?? {});
      return [{ kind: 'call', id, name: wordsIn(block['name']), arguments: words, cache: null }];
    }
    default:
      return [];
  }
}
