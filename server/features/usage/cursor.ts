import { AppError } from '#shared/errors.ts';

/** Where a page ended: the order is newest first, the id decides between equal times. */
export type Cursor = { createdAt: Date; id: string };

const SHAPE = /^(\d{1,15})\.([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;
/** The year 9999: later than any record, and a time PostgreSQL knows. */
const LATEST_MS = 253_402_300_799_999;

/** Opaque text for the client to hand back. */
export function encodeCursor({ createdAt, id }: Cursor): string {
  return Buffer.from(`${createdAt.getTime()}.${id}`).toString('base64url');
}

/** @throws AppError bad_request when it is not one of ours. It grants nothing, so it is not signed. */
export function decodeCursor(text: string): Cursor {
  const found = SHAPE.exec(Buffer.from(text, 'base64url').toString('latin1'));
  const ms = Number(found?.[1]);
  const id = found?.[2];
  if (id === undefined || !(ms <= LATEST_MS)) {
    throw new AppError('bad_request', 'The cursor is not valid. Load the first page again.', {
      param: 'cursor',
    });
  }
  return { createdAt: new Date(ms), id };
}
