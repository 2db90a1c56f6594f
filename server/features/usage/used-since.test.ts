import fc from 'fast-check';
import { expect, test } from 'vitest';
import { piecesSince } from './used-since.ts';

const YEAR = Date.UTC(2026, 0, 1);

test('the pieces together are all the time since, and no moment twice', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: YEAR, max: YEAR + 365 * 86_400_000 }),
      fc.constantFrom('UTC', 'Asia/Shanghai', 'Asia/Kathmandu', 'America/New_York'),
      (since, zone) => {
        const [days, ...ends] = piecesSince(since, zone);
        const [hoursFrom, hoursTo, from, to, from2, to2] = ends;
        const parts = [
          [hoursFrom, hoursTo],
          [from, to],
          [from2, to2],
        ]
          .filter(([begin, end]) => begin !== end)
          .sort(([a = 0], [b = 0]) => a - b);
        let at = since;
        for (const [begin, end] of parts) {
          expect(begin).toBe(at);
          at = end ?? 0;
        }
        expect(at).toBe(days);
        if (hoursFrom !== hoursTo)
          expect([hoursFrom % 3_600_000, hoursTo % 3_600_000]).toEqual([0, 0]);
      },
    ),
  );
});
