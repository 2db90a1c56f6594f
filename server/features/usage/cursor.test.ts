import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';

test('a cursor comes back as it was', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), fc.uuid(), (ms, id) => {
      const cursor = { createdAt: new Date(ms), id };
      const text = encodeCursor(cursor);
      expect(text).toMatch(/^[\w-]{1,200}$/);
      expect(decodeCursor(text)).toEqual(cursor);
    }),
  );
});

function outcome(text: string): unknown {
  try {
    return decodeCursor(text);
  } catch (error) {
    return error;
  }
}

test('anything else is refused as bad_request, and never gets as far as the database', () => {
  const texts = fc.oneof(
    fc.string({ maxLength: 200, unit: 'binary' }),
    fc.string({ maxLength: 60 }).map((text) => Buffer.from(text).toString('base64url')),
    fc
      .tuple(fc.bigInt(), fc.string({ maxLength: 40 }))
      .map(([ms, id]) => Buffer.from(`${ms}.${id}`).toString('base64url')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const result = outcome(text);
      if (!(result instanceof AppError)) return;
      expect(result).toMatchObject({ code: 'bad_request', param: 'cursor' });
    }),
  );
});

test.each([
  '999999999999999.019f0000-0000-7000-8000-000000000000',
  "1.019f0000-0000-7000-8000-00000000000' OR 1=1",
  '1.019f0000-0000-7000-8000-000000000000 ',
  '-1.019f0000-0000-7000-8000-000000000000',
  '1e3.019f0000-0000-7000-8000-000000000000',
  '.',
])('%j is no cursor', (text) => {
  expect(outcome(Buffer.from(text).toString('base64url'))).toMatchObject({ code: 'bad_request' });
});
