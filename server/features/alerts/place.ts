import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import { Id } from '#shared/schemas/common.ts';

const Place = z.tuple([z.coerce.number().int().min(0).max(8_640_000_000_000_000), Id]);

/** The cursor of the page after this row. */
export function writePlace(at: Date, id: string): string {
  return `${at.getTime()}_${id}`;
}

/** @throws AppError bad_request for what is no cursor of ours. */
export function readPlace(cursor: string): { at: Date; id: string } {
  const place = Place.safeParse(cursor.split('_'));
  if (place.success) return { at: new Date(place.data[0]), id: place.data[1] };
  throw new AppError('bad_request', 'This page does not exist; begin with the first one.', {
    param: 'cursor',
  });
}
