import { expect, test } from 'vitest';
import { newId } from '../../infra/ids.ts';
import { databaseBefore } from '../../testing/database-before.ts';

test('accounts that answered before go on earning; those that never did are to prove themselves', async () => {
  await using database = await databaseBefore('account_proofs');
  const { pool } = database;
  const [owner, worked, summed, failed, idle] = Array.from({ length: 5 }, () => newId());
  await pool.query('INSERT INTO users (id, username) VALUES ($1, $2)', [owner, 'ann']);
  for (const id of [worked, summed, failed, idle]) {
    await pool.query(
      "INSERT INTO accounts (id, owner_id, platform_id, name, kind) VALUES ($1, $2, 'lab', $3, 'none')",
      [id, owner, id],
    );
  }
  for (const [id, outcome] of [
    [worked, 'ok'],
    [failed, 'upstream_failed'],
  ]) {
    await pool.query(
      `INSERT INTO usage (id, created_at, user_id, account_id, outcome, door, model, stream, status,
         attempts, input_tokens, cached_tokens, output_tokens, reasoning_tokens, estimated, latency_ms)
       VALUES ($1, now(), $2, $3, $4, 'openai-chat', 'm', false, 200, 1, 0, 0, 0, 0, false, 1)`,
      [newId(), owner, id, outcome],
    );
  }
  for (const [id, errors] of [
    [summed, 1],
    [failed, 2],
  ]) {
    await pool.query(
      `INSERT INTO usage_rollups (grain, dimension, scope, at, value, requests, errors, aborted,
         input_tokens, cached_tokens, cache_write_tokens, output_tokens, reasoning_tokens, cost)
       VALUES ('day', 'account', '00000000-0000-0000-0000-000000000000', '2026-01-01', $1,
               2, $2, 0, 0, 0, 0, 0, 0, 0)`,
      [id, errors],
    );
  }
  await database.migrate();
  const { rows } = await pool.query(
    'SELECT id FROM accounts WHERE proved_at IS NOT NULL ORDER BY id',
  );
  expect(rows.map(({ id }) => id)).toEqual([worked, summed].sort());
});
