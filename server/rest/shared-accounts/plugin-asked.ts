import type { Request } from 'express';
import { z } from 'zod';

/** The family a person names for one call, in either of its headers. */
export function familyIn({ headers }: Request): string | null {
  const wish = headers['x-api-type'] ?? headers['x-account-type'];
  return wish === 'kiro' || wish === 'antigravity' ? wish : null;
}

/** The same, asking for a stream. */
export function withStream(raw: Buffer): Buffer {
  const body: Record<string, unknown> = JSON.parse(raw.toString());
  return Buffer.from(JSON.stringify({ ...body, stream: true }));
}

/** The words of a conversation, in OpenAI's or Gemini's form; images are none. */
export function textsIn(turns: readonly unknown[]): string[] {
  return turns.flatMap((turn) => {
    const { content, parts } = Turn.parse(turn);
    return [...(typeof content === 'string' ? [content] : wordsOf(content)), ...wordsOf(parts)];
  });
}

const Words = z.array(z.object({ text: z.string().catch('') }).catch({ text: '' })).catch([]);
const Turn = z
  .object({ content: z.unknown().optional(), parts: z.unknown().optional() })
  .catch({ content: null, parts: null });

function wordsOf(parts: unknown): string[] {
  return Words.parse(parts).map(({ text }) => text);
}
