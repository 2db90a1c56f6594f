import { hash } from 'node:crypto';

/** A long text is told by its beginning and its end. */
const EDGE = 2_048;
const MOST_PIECES = 256;

/**
 * What tells a conversation from others: the name its client gave it (of a cache, of a session), with
 * the words it began with, which every later turn repeats. Reads no more than the edges of long texts,
 * so that a request of megabytes costs no more than a short one. Null when there is nothing to go by.
 */
export function conversationOf(named: unknown, opening: readonly unknown[]): string | null {
  const name = typeof named === 'string' && named !== '' ? named : null;
  if (name === null && opening.length === 0) return null;
  const sampled: Sampling = { text: '', left: MOST_PIECES };
  sample(name, sampled);
  sample(opening, sampled);
  return hash('sha256', sampled.text, 'base64url');
}

/** The turns up to the first of the user's, that one included; none when there is no such turn. */
export function openingOf<Turn extends { role?: unknown }>(
  turns: readonly Turn[],
): readonly Turn[] {
  const first = turns.findIndex(({ role }) => role === 'user');
  return turns.slice(0, first + 1);
}

type Sampling = { text: string; left: number };

function sample(value: unknown, into: Sampling): void {
  if (into.left <= 0) return;
  into.left -= 1;
  if (typeof value === 'string') into.text += `"${edges(value)}"`;
  else if (Array.isArray(value)) {
    into.text += '[';
    for (const each of value) {
      if (into.left <= 0) return;
      sample(each, into);
    }
  } else if (typeof value === 'object' && value !== null) sampleObject(value, into);
  else into.text += String(value);
}

function sampleObject(value: object, into: Sampling): void {
  into.text += '{';
  for (const [name, member] of Object.entries(value)) {
    if (into.left <= 0) return;
    // NOTE: clients move their cache marks on as the conversation grows.
    if (name === 'cache_control') continue;
    into.text += `${edges(name)}:`;
    sample(member, into);
  }
}

function edges(text: string): string {
  if (text.length <= 2 * EDGE) return text;
  return `${text.slice(0, EDGE)}${text.slice(-EDGE)}`;
}
