import type { Pool } from 'pg';
import { z } from 'zod';
import type { QuotaRule } from '#shared/schemas/quotas.ts';
import { named } from '../../infra/postgres/pool.ts';

/** A key as the request path needs it, with its owner's state and limits. */
export type KeyHolder = {
  keyId: string;
  ownerId: string;
  disabled: boolean;
  /** Those of the owner, then the key's own. */
  rules: readonly QuotaRule[];
  allowedModels: readonly string[];
  /** Epoch milliseconds. */
  expiresAt: number | null;
  revoked: boolean;
};

export type UserHolder = { userId: string; disabled: boolean; rules: readonly QuotaRule[] };

// int8 comes as bigint; a limit fits a number, as its schema caps it at 10^12.
const Tokens = z.coerce.number().nullable();

const KeyRow = z.object({
  secret_hash: z.string(),
  id: z.string(),
  owner_id: z.string(),
  rpm: z.number().nullable(),
  tokens_per_day: Tokens,
  allowed_models: z.array(z.string()),
  expires_at: z.date().nullable(),
  revoked_at: z.date().nullable(),
  state: z.string(),
  user_rpm: z.number().nullable(),
  user_tokens_per_day: Tokens,
});

const UserRow = z.object({
  id: z.string(),
  state: z.string(),
  rpm: z.number().nullable(),
  tokens_per_day: Tokens,
});

const findKeys = named(
  'keys_find_by_hash',
  `SELECT k.secret_hash, k.id, k.owner_id, k.rpm, k.tokens_per_day, k.allowed_models,
          k.expires_at, k.revoked_at, u.state::text AS state,
          u.rpm AS user_rpm, u.tokens_per_day AS user_tokens_per_day
     FROM api_keys k JOIN users u ON u.id = k.owner_id
    WHERE k.secret_hash = ANY($1::text[])`,
);

const findUsers = named(
  'keys_find_user',
  'SELECT id, state::text AS state, rpm, tokens_per_day FROM users WHERE id = ANY($1::uuid[])',
);

const touch = named(
  'keys_touch',
  `UPDATE api_keys k SET last_used_at = greatest(k.last_used_at, t.at)
     FROM unnest($1::uuid[], $2::timestamptz[]) AS t (id, at)
    WHERE k.id = t.id`,
);

/** Named statements of the request path: parsed once a connection, no ORM in between. */
export function createKeyLookupRepo(pool: Pick<Pool, 'query'>) {
  return {
    /** By SHA-256 of the secret; what is not in the answer does not exist. */
    async findKeys(hashes: readonly string[]): Promise<Map<string, KeyHolder>> {
      const { rows } = await pool.query(findKeys([hashes]));
      return new Map(
        z
          .array(KeyRow)
          .parse(rows)
          .map((row) => [row.secret_hash, toHolder(row)]),
      );
    },

    async findUsers(ids: readonly string[]): Promise<Map<string, UserHolder>> {
      const { rows } = await pool.query(findUsers([ids]));
      return new Map(
        z
          .array(UserRow)
          .parse(rows)
          .map((row) => [row.id, toUserHolder(row)]),
      );
    },

    /** Moves `last_used_at` forward, never back. Times are epoch milliseconds. */
    async touch(uses: readonly { keyId: string; at: number }[]): Promise<void> {
      await pool.query(touch([uses.map(({ keyId }) => keyId), uses.map(({ at }) => new Date(at))]));
    },
  };
}
export type KeyLookupRepo = ReturnType<typeof createKeyLookupRepo>;

function toHolder(row: z.infer<typeof KeyRow>): KeyHolder {
  return {
    keyId: row.id,
    ownerId: row.owner_id,
    disabled: row.state !== 'active',
    rules: [
      ...rulesOf('user', row.owner_id, row.user_rpm, row.user_tokens_per_day),
      ...rulesOf('key', row.id, row.rpm, row.tokens_per_day),
    ],
    allowedModels: row.allowed_models,
    expiresAt: row.expires_at?.getTime() ?? null,
    revoked: row.revoked_at !== null,
  };
}

function toUserHolder(row: z.infer<typeof UserRow>): UserHolder {
  return {
    userId: row.id,
    disabled: row.state !== 'active',
    rules: rulesOf('user', row.id, row.rpm, row.tokens_per_day),
  };
}

function rulesOf(subject: 'user' | 'key', id: string, rpm: number | null, tokens: number | null) {
  const rules: QuotaRule[] = [];
  if (rpm !== null) rules.push({ subject, id, metric: 'requests-per-minute', limit: rpm });
  if (tokens !== null) rules.push({ subject, id, metric: 'tokens-per-day', limit: tokens });
  return rules;
}
