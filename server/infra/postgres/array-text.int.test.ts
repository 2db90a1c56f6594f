import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTestDatabase } from '../../testing/postgres.ts';
import { arrayText } from './array-text.ts';
import { createPool } from './pool.ts';

test('PostgreSQL reads any array as it was', async () => {
  await using database = await createTestDatabase();
  const pool = createPool(database.url, { max: 1 });
  const text = fc.oneof(
    fc.string({
      unit: fc.constantFrom('a', '"', '\\', ',', '{', '}', ' ', "'", '\n', 'é', '中', '😀'),
    }),
    fc.constantFrom('', 'NULL', 'null'),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          word: fc.option(text),
          count: fc.option(fc.integer()),
          sure: fc.option(fc.boolean()),
        }),
      ),
      async (values) => {
        const column = <Key extends 'word' | 'count' | 'sure'>(key: Key) =>
          arrayText(values.map((value) => value[key]));
        const { rows } = await pool.query(
          'SELECT * FROM unnest($1::text[], $2::float8[], $3::boolean[]) AS t (word, count, sure)',
          [column('word'), column('count'), column('sure')],
        );
        expect(rows).toEqual(values);
      },
    ),
    { numRuns: 60 },
  );
  await pool.end();
});
