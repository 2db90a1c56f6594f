import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { createImportParser } from './parse-apart.ts';

const MOST = 50_000;
const parse = createImportParser(MOST);
const token = (at: number) => `rt_${at}_${'x'.repeat(600)}`;
const many = (count: number, of: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => of(at));

/** Which part of the time nothing else had a turn at once: near 1 = it was done here, in one go. */
async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  const start = performance.now();
  delay.enable();
  await work();
  delay.disable();
  return delay.max / 1e6 / (performance.now() - start);
}

test('a file of 32 MB is read while everything else goes on', async () => {
  const text = many(MOST, token).join('\n');
  expect(text.length).toBeGreaterThan(30_000_000);
  let rows = 0;
  const block = await longestBlock(async () => {
    rows = (await parse(text, 'text')).rows.length;
  });
  expect(rows).toBe(MOST);
  expect(block).toBeLessThan(0.5);
});

test.each([
  ['a million lines', 'text', 'a\n'.repeat(1_000_000), /At most 50000/],
  ['eight million numbers', 'json', `[${'1,'.repeat(8_000_000)}1]`, /At most 50000/],
  ['a million records', 'csv', `rt\n${'a\n'.repeat(1_000_000)}`, /At most 50000/],
  ['deep lists', 'json', '['.repeat(16_000_000), /cannot be read/],
  ['a quote without end', 'csv', `rt\n"${'x\n'.repeat(8_000_000)}`, /quote is missing/],
  ['millions of columns', 'csv', `rt${','.repeat(4_000_000)}`, /no token/],
] as const)('%s are refused in time, and nobody waits', async (_what, format, text, why) => {
  const block = await longestBlock(() =>
    expect(parse(text, format)).rejects.toMatchObject({
      ...{ code: 'bad_request', param: 'text', message: expect.stringMatching(why) },
    }),
  );
  expect(block).toBeLessThan(0.5);
});

test('what is found comes whole and in order, problems too', async () => {
  const found = await parse(
    many(5_000, (at) => (at % 2 ? `rt_000000${at}` : 'bad')).join('\n'),
    'text',
  );
  expect(found.rows.map(({ line }) => line)).toEqual(
    many(2_500, String).map((at) => 2 * Number(at) + 2),
  );
  expect(found.problems).toHaveLength(2_500);
});
