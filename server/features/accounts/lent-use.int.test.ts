import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../infra/ids.ts';
import { createPool } from '../../infra/postgres/pool.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { rebuildRollups } from '../usage/index.ts';
import { createAccountPoolRepo } from './accounts.pool.repo.ts';

/** Midnight in Kathmandu, which lies a quarter past an hour. */
const MIDNIGHT = Date.UTC(2026, 0, 14, 18, 15);
const [owner, ben, lent, idle] = [newId(), newId(), newId(), newId()];

let database: TestDatabase;
let pool: ReturnType<typeof createPool>;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { max: 2, onConnectionError: () => undefined });
  await pool.query(
    `INSERT INTO users (id, username) SELECT unnest($1::uuid[]), unnest('{ann,ben}'::text[])`,
    [[owner, ben]],
  );
  await pool.query(
    `INSERT INTO accounts (id, owner_id, platform_id, name, kind)
     SELECT unnest($1::uuid[]), $2, 'lab', unnest('{a,b}'::text[]), 'none'`,
    [[lent, idle], owner],
  );
});
afterAll(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
});

test('what others used of an account today leaves out its owner, and yesterday', async () => {
  const used = [
    [MIDNIGHT - 1, ben, lent, 1_000],
    [MIDNIGHT, ben, lent, 20],
    [MIDNIGHT + 3_600_000, ben, lent, 3],
    [MIDNIGHT + 1, owner, lent, 500],
    [MIDNIGHT + 1, owner, idle, 500],
  ] as const;
  for (const [at, user, account, tokens] of used) {
    await pool.query(
      `INSERT INTO usage (id, created_at, user_id, door, model, account_id, stream, outcome, status,
         attempts, input_tokens, cached_tokens, output_tokens, reasoning_tokens, estimated, latency_ms)
       VALUES ($1, $2, $3, 'gemini', 'm', $4, false, 'ok', 200, 1, $5, 0, 1, 0, false, 1)`,
      [newId(), new Date(at), user, account, tokens],
    );
  }
  await rebuildRollups({ pool, zone: 'Asia/Kathmandu' });
  const repo = createAccountPoolRepo(pool);
  expect(await repo.lentSince([lent, idle, newId()], MIDNIGHT)).toEqual(
    new Map([
      [lent, 25],
      [idle, 0],
    ]),
  );
});
