import { isObject } from '../body.ts';
import type { Seal, ThoughtPart } from '../dialogue.ts';
import { readSeal, writeSeal } from '../seals.ts';

/*
 * Reasoning items. `encrypted_content` is the seal; to clients it may be one of another platform's,
 * which they hand back like their own.
 * Source: https://platform.openai.com/docs/guides/reasoning#encrypted-reasoning-items
 */

/** Stands before a seal of reasoning that the platform hid altogether; no seal has a colon in it. */
const REDACTED = 'redacted:';

/** What stands between the parts of a summary, which is one text elsewhere. */
export const BETWEEN_PARTS = '\n\n';

/** A reasoning item, or null when there is nothing in it. */
export function readThought(item: Record<string, unknown>): ThoughtPart | null {
  const text = [...textsOf(item['summary']), ...textsOf(item['content'])].join(BETWEEN_PARTS);
  const sealed = item['encrypted_content'];
  if (typeof sealed !== 'string' || sealed === '') {
    return text === '' ? null : { kind: 'thought', text, seal: null, redacted: false };
  }
  return { kind: 'thought', text, ...readSealed(sealed) };
}

/** A reasoning item without its id. */
export function writeThought({ text, seal, redacted }: ThoughtPart): Record<string, unknown> {
  return {
    type: 'reasoning',
    summary: text === '' ? [] : [{ type: 'summary_text', text }],
    ...(seal ? { encrypted_content: writeSealed(seal, redacted) } : {}),
  };
}

function readSealed(sealed: string): { seal: Seal; redacted: boolean } {
  const seal = readSeal(sealed, 'openai');
  const redacted = seal.value.startsWith(REDACTED);
  return {
    seal: redacted ? { ...seal, value: seal.value.slice(REDACTED.length) } : seal,
    redacted,
  };
}

function writeSealed(seal: Seal, redacted: boolean): string {
  return writeSeal(redacted ? { ...seal, value: REDACTED + seal.value } : seal);
}

function textsOf(parts: unknown): string[] {
  if (!Array.isArray(parts)) return [];
  return parts.flatMap((part: unknown) => {
    const text = isObject(part) ? part['text'] : null;
    return typeof text === 'string' && text !== '' ? [text] : [];
  });
}
