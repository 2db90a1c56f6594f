import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fakeClock } from '../../testing/fake-clock.ts';
import { listByWindows } from './list-windows.ts';
import type { UsageListRow, UsageQuery } from './usage.repo.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 5, 1);

function table(times: readonly number[], { msPerLook = 0 } = {}) {
  const clock = fakeClock(NOW);
  const looks: UsageQuery[] = [];
  const list = async (query: UsageQuery) => {
    looks.push(query);
    clock.advance(msPerLook);
    const { from, to, before } = query;
    return times
      .filter((time) => !from || time >= from.getTime())
      .filter((time) => !to || time < to.getTime())
      .filter((time) => !before || time < before.createdAt.getTime())
      .toSorted((a, b) => b - a)
      .slice(0, query.limit)
      .map((time) => ({ id: String(time), created_at: new Date(time) }) as UsageListRow);
  };
  return { clock, list, looks };
}

const time = fc.integer({ min: NOW - 3_000 * DAY, max: NOW + 2 * DAY });

test('finds what one look over everything would find', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(time, { maxLength: 30 }),
      fc.record({
        from: fc.option(
          time.map((ms) => new Date(ms)),
          { nil: undefined },
        ),
        to: fc.option(
          time.map((ms) => new Date(ms)),
          { nil: undefined },
        ),
        before: fc.option(
          time.map((ms) => ({ createdAt: new Date(ms), id: '' })),
          { nil: undefined },
        ),
        limit: fc.integer({ min: 1, max: 10 }),
      }),
      async (times, more) => {
        const query = { userId: null, ...more };
        const all = table(times);
        const { rows, searchedTo } = await listByWindows(all, query);
        expect(rows).toEqual(await all.list(query));
        expect(searchedTo).toBeNull();
        expect(all.looks.length).toBeLessThan(10);
      },
    ),
  );
});

test('gives up in time, says how far it came, and is gone on with from there', async () => {
  const { clock, list, looks } = table([NOW - 20 * DAY], { msPerLook: 50 });
  let query: UsageQuery = { userId: null, limit: 5 };
  const first = await listByWindows({ clock, list }, query);
  expect(looks).toHaveLength(3);
  expect(first).toEqual({ rows: [], searchedTo: new Date(NOW - 3 * DAY) });
  for (let tries = 0; tries < 10; tries += 1) {
    const found = await listByWindows({ clock, list }, query);
    if (found.rows.length > 0) return;
    query = { ...query, before: { createdAt: found.searchedTo ?? new Date(0), id: '' } };
  }
  throw new Error('never found');
});
