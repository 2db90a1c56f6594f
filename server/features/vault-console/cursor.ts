import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import { Id, Timestamp } from '#shared/schemas/common.ts';

/** Where a page ended: what it is sorted by there, as text, and the id. */
export type Place = { key: string; id: string };

/** What a key is, which PostgreSQL reads back. */
export type KeyKind = 'text' | 'time' | 'number';

const Cursor = z.tuple([z.string().max(600), Id]);
const KINDS = {
  text: z.string().refine((text) => text.isWellFormed() && !text.includes('\0')),
  // NOTE: years that PostgreSQL reads as they are written.
  time: Timestamp.regex(/^[1-9]/).or(z.enum(['infinity', '-infinity'])),
  number: z.string().regex(/^\d{1,9}$/),
} as const;

/** What the next page is asked for with; opaque to whoever holds it. */
export function writeCursor({ id, key }: Place): string {
  return Buffer.from(JSON.stringify([key, id])).toString('base64url');
}

/**
 * NOTE: it grants nothing, so it is not signed; what the sort cannot read is refused here.
 * @throws AppError bad_request
 */
export function readCursor(text: string, kind: KeyKind): Place {
  const found = Cursor.safeParse(parsed(Buffer.from(text, 'base64url').toString()));
  if (found.success && KINDS[kind].safeParse(found.data[0]).success) {
    return { key: found.data[0], id: found.data[1] };
  }
  throw new AppError('bad_request', 'This page does not exist; begin with the first one.', {
    param: 'cursor',
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
