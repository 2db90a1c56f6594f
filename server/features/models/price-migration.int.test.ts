import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../config/config.ts';
import { newId } from '../../infra/ids.ts';
import { migrate } from '../../infra/migrations/migrate.ts';
import { createPool } from '../../infra/postgres/pool.ts';
import { createTestDatabase } from '../../testing/postgres.ts';

const MIGRATIONS = path.join(projectRoot, 'prisma/migrations');

test('what models cost before prices had dates is their first price', async () => {
  await using database = await createTestDatabase({ empty: true });
  const pool = createPool(database.url, { max: 2 });
  const before = await mkdtemp(path.join(tmpdir(), 'migrations-'));
  try {
    const folders = (await readdir(MIGRATIONS)).filter((name) => /^\d{14}_/.test(name)).sort();
    const turn = folders.findIndex((name) => name.endsWith('_prices_by_date'));
    for (const folder of folders.slice(0, turn)) {
      await cp(path.join(MIGRATIONS, folder), path.join(before, folder), { recursive: true });
    }
    await migrate(pool, before);
    const [priced, unpriced] = [newId(), newId()];
    const made = new Date('2026-11-01T00:00:00.000Z');
    await pool.query(
      `INSERT INTO models (id, name, created_at, price_input, price_cached, price_output)
       VALUES ($1, 'priced', $3, 150000, 75000, 600000), ($2, 'unpriced', $3, NULL, NULL, NULL)`,
      [priced, unpriced, made],
    );
    await migrate(pool, MIGRATIONS);
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
  } finally {
    await pool.end();
    await rm(before, { recursive: true });
  }
});
