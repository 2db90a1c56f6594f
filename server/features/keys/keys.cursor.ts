import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import { Id, Timestamp } from '#shared/schemas/common.ts';
import type { KeySort } from '#shared/schemas/keys.ts';

/** Where a page ended: what it is sorted by there, as text, and the id. */
export type KeyPlace = { key: string; id: string };

const Cursor = z.tuple([z.string().max(500), Id]);
// NOTE: years that PostgreSQL reads as they are written.
const Time = Timestamp.regex(/^[1-9]/).or(z.enum(['infinity', '-infinity']));

/** What the next page is asked for with; opaque to whoever holds it. */
export function writeCursor({ id, key }: KeyPlace): string {
  return Buffer.from(JSON.stringify([key, id])).toString('base64url');
}

/**
 * NOTE: it grants nothing, so it is not signed; what the sort cannot read is refused here.
 * @throws AppError bad_request
 */
export function readCursor(text: string, sort: KeySort): KeyPlace {
  const found = Cursor.safeParse(parsed(Buffer.from(text, 'base64url').toString()));
  if (found.success && readable(found.data[0], sort)) {
    return { key: found.data[0], id: found.data[1] };
  }
  throw new AppError('bad_request', 'This page does not exist; begin with the first one.', {
    param: 'cursor',
  });
}

function readable(key: string, sort: KeySort): boolean {
  if (sort === 'name' || sort === 'owner') return key.isWellFormed() && !key.includes('\0');
  return Time.safeParse(key).success;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
