import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startOfDay } from '../../infra/zone.ts';
import { piecesOf } from './used-since.ts';

const YEAR = Date.UTC(2026, 0, 1);
const moment = fc.integer({ min: YEAR, max: YEAR + 365 * 86_400_000 });
const zones = fc.constantFrom('UTC', 'Asia/Shanghai', 'Asia/Kathmandu', 'America/New_York');

test('the pieces together are all of a time, and no moment twice', () => {
  fc.assert(
    fc.property(moment, fc.option(moment), zones, (one, other, zone) => {
      const [since, until] = other !== null && other < one ? [other, one] : [one, other];
      const { days, edges } = piecesOf(since, until, zone);
      const parts = [days, ...edges]
        .filter(([begin, end]) => begin !== end)
        .sort(([a], [b]) => a - b);
      let at = since;
      for (const [begin, end] of parts) {
        expect(begin).toBe(at);
        expect(end).toBeGreaterThan(begin);
        at = end;
      }
      if (until === null) expect(at).toBeGreaterThan(Date.UTC(9000, 0, 1));
      else expect(at).toBe(until);
      if (days[0] !== days[1]) {
        expect(startOfDay(days[0], zone)).toBe(days[0]);
        if (until !== null) expect(startOfDay(days[1], zone)).toBe(days[1]);
      }
      for (const [begin, end] of until === null ? edges.slice(0, 1) : edges) {
        expect(end - begin).toBeLessThan(25 * 3_600_000);
      }
    }),
  );
});
