import { expect, test } from 'vitest';
import { newId } from '../../infra/ids.ts';
import { createPrisma } from '../../infra/prisma/client.ts';
import { databaseBefore } from '../../testing/database-before.ts';
import { limitsOf, NO_LIMITS } from './rules.repo.ts';

/** What people and keys had when a limit was a column: requests a minute, tokens a day. */
type Old = { rpm: number | null; tokensPerDay: bigint | null };
const OLD: Old[] = [
  { rpm: 60, tokensPerDay: 1_000_000n },
  { rpm: 7, tokensPerDay: null },
  { rpm: null, tokensPerDay: 9_007_199_254_740_991n },
  { rpm: 0, tokensPerDay: 0n },
  { rpm: null, tokensPerDay: null },
];
const NEW = OLD.map(({ rpm, tokensPerDay }) => ({
  ...NO_LIMITS,
  rpm,
  tokensPerDay: tokensPerDay === null ? null : Number(tokensPerDay),
}));

test('limits that users and keys had before rules are their rules, and go with them', async () => {
  await using database = await databaseBefore('quota_rules');
  const { pool } = database;
  const users = OLD.map(() => newId());
  const keys = OLD.map(() => newId());
  for (const [at, { rpm, tokensPerDay }] of OLD.entries()) {
    await pool.query(
      'INSERT INTO users (id, username, rpm, tokens_per_day) VALUES ($1, $2, $3, $4)',
      [users[at], `user-${at}`, rpm, tokensPerDay],
    );
    await pool.query(
      `INSERT INTO api_keys (id, owner_id, name, secret_hash, prefix, rpm, tokens_per_day, revoked_at)
       VALUES ($1, $2, 'key', $3, 'gh-0', $4, $5, $6)`,
      // A revoked key keeps its limits too: the console shows them.
      [keys[at], users[0], `hash-${at}`, rpm, tokensPerDay, at === 1 ? new Date() : null],
    );
  }
  await database.migrate();
  const db = createPrisma(database.url, { max: 1 });
  try {
    expect(users.map(await limitsOf(db, 'user', users))).toEqual(NEW);
    expect(keys.map(await limitsOf(db, 'key', keys))).toEqual(NEW);
    await pool.query('DELETE FROM api_keys');
    await pool.query('DELETE FROM users WHERE username = $1', ['user-3']);
    const { rows } = await pool.query('SELECT DISTINCT subject_id FROM quota_rules ORDER BY 1');
    expect(rows.map((row) => row.subject_id)).toEqual(users.slice(0, 3).sort());
  } finally {
    await db.$disconnect();
  }
});
