import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createStampReader, stamp } from './stamps.ts';

function read(parts: readonly string[], now: number) {
  const delays: number[] = [];
  const reader = createStampReader(
    (ms) => delays.push(ms),
    () => now,
  );
  for (const part of parts) reader.push(Buffer.from(part));
  return { delays, done: reader.done() };
}

const TEXT =
  'data: {"content":" @0000000000001000"}\n\ndata: @0000000000003000\n\ndata: [DONE]\n\n';

test('each stamp tells how old it is', () => {
  expect(read([TEXT], 5_000)).toEqual({ delays: [4, 2], done: true });
});

test('however the bytes are cut, every stamp is read once', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: TEXT.length })), (cuts) => {
      const sorted = [0, ...cuts.toSorted((a, b) => a - b), TEXT.length];
      const parts = sorted.slice(1).map((end, index) => TEXT.slice(sorted[index], end));
      expect(read(parts, 5_000)).toEqual({ delays: [4, 2], done: true });
    }),
  );
});

test('a stream that broke off is not done', () => {
  expect(read([TEXT.slice(0, -16)], 5_000).done).toBe(false);
});

test('a stamp just made is of the shared clock', () => {
  const delays: number[] = [];
  createStampReader((ms) => delays.push(ms)).push(Buffer.from(stamp()));
  expect(delays).toHaveLength(1);
  expect(delays[0]).toBeGreaterThanOrEqual(0);
});
