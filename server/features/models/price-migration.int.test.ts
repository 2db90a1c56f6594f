import { expect, test } from 'vitest';
import { newId } from '../../infra/ids.ts';
import { databaseBefore } from '../../testing/database-before.ts';

test('what models cost before prices had dates is their first price', async () => {
  await using database = await databaseBefore('prices_by_date');
  const { pool } = database;
  const [priced, unpriced] = [newId(), newId()];
  const made = new Date('2026-11-01T00:00:00.000Z');
  await pool.query(
    `INSERT INTO models (id, name, created_at, price_input, price_cached, price_output)
     VALUES ($1, 'priced', $3, 150000, 75000, 600000), ($2, 'unpriced', $3, NULL, NULL, NULL)`,
    [priced, unpriced, made],
  );
  await database.migrate();
  const { rows } = await pool.query(
    'SELECT model_id, valid_from, input, cached, cache_write, output, reasoning FROM prices',
  );
  expect(rows).toEqual([
    {
      model_id: priced,
      valid_from: made,
      input: 150_000n,
      cached: 75_000n,
      cache_write: null,
      output: 600_000n,
      reasoning: null,
    },
  ]);
});
