import type { Pool } from 'pg';
import { z } from 'zod';
import { QuotaRule } from '#shared/schemas/quotas.ts';
import { named } from '../../infra/postgres/pool.ts';

/** Whoever is silenced may look, and may not call models. */
export type Standing = 'active' | 'silenced' | 'disabled';

/** A key as the request path needs it, with its owner's state and limits. */
export type KeyHolder = {
  keyId: string;
  ownerId: string;
  /** What the owner may. */
  standing: Standing;
  /** Those of the owner, then those of their trust level, then the key's own. */
  rules: readonly QuotaRule[];
  allowedModels: readonly string[];
  scopes: readonly string[];
  /** Where it may be used from; empty = anywhere. */
  addresses: readonly string[];
  switchedOff: boolean;
  /** When the secret ends that it was found by, for it was replaced (epoch ms); null = it was not. */
  secretUntil: number | null;
  /** The owner's wish. */
  preferShared: boolean;
  /** Epoch milliseconds. */
  expiresAt: number | null;
  revoked: boolean;
};

export type UserHolder = {
  userId: string;
  standing: Standing;
  preferShared: boolean;
  rules: readonly QuotaRule[];
};

const KeyRow = z.object({
  secret_hash: z.string(),
  id: z.string(),
  owner_id: z.string(),
  rules: z.array(QuotaRule),
  allowed_models: z.array(z.string()),
  scopes: z.array(z.string()),
  addresses: z.array(z.string()),
  disabled_at: z.date().nullable(),
  previous_hash: z.string().nullable(),
  previous_until: z.date().nullable(),
  expires_at: z.date().nullable(),
  revoked_at: z.date().nullable(),
  state: z.string(),
  prefer_shared: z.boolean(),
});

const UserRow = z.object({
  id: z.string(),
  state: z.string(),
  prefer_shared: z.boolean(),
  rules: z.array(QuotaRule),
});

/**
 * The user's first, so that a person's own limit is told before that of one of their keys. What the
 * trust level says of a metric counts where the person has no limit of their own, and as if it were theirs.
 */
const RULES_OF_USER = `(r.subject = 'user' AND r.subject_id = u.id::text)
  OR (r.subject = 'trust-level' AND r.subject_id = u.trust_level::text AND NOT EXISTS (
        SELECT 1 FROM quota_rules o
         WHERE o.subject = 'user' AND o.subject_id = u.id::text AND o.metric = r.metric))`;

function rules(condition: string): string {
  return `coalesce((
            SELECT json_agg(CASE WHEN r.subject = 'trust-level'
                THEN json_build_object('subject', 'user', 'id', u.id, 'metric', r.metric,
                  'limit', r.most, 'trustLevel', u.trust_level)
                ELSE json_build_object('subject', r.subject, 'id', r.subject_id,
                  'metric', r.metric, 'limit', r.most)
                END ORDER BY r.subject DESC, r.metric)
              FROM quota_rules r WHERE ${condition}), '[]')`;
}

const findKeys = named(
  'keys_find_by_hash',
  `SELECT k.secret_hash, k.id, k.owner_id, k.allowed_models, k.scopes, k.addresses,
          k.disabled_at, k.previous_hash, k.previous_until, k.expires_at, k.revoked_at,
          u.state::text AS state, u.prefer_shared, ${rules(
            `${RULES_OF_USER} OR (r.subject = 'key' AND r.subject_id = k.id::text)`,
          )} AS rules
     FROM api_keys k JOIN users u ON u.id = k.owner_id
    WHERE k.secret_hash = ANY($1::text[]) OR k.previous_hash = ANY($1::text[])`,
);

const findUsers = named(
  'keys_find_user',
  `SELECT u.id, u.state::text AS state, u.prefer_shared,
          ${rules(RULES_OF_USER)} AS rules
     FROM users u WHERE u.id = ANY($1::uuid[])`,
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
    /** By SHA-256 of the secret, that before the last rotation too; what is not in the answer does not exist. */
    async findKeys(hashes: readonly string[]): Promise<Map<string, KeyHolder>> {
      const { rows } = await pool.query(findKeys([hashes]));
      const found = new Map<string, KeyHolder>();
      for (const row of z.array(KeyRow).parse(rows)) {
        found.set(row.secret_hash, toHolder(row, null));
        const { previous_hash: hash, previous_until: until } = row;
        // NOTE: a secret that is somebody's present one is theirs, whoever had it before.
        if (hash !== null && !found.has(hash))
          found.set(hash, toHolder(row, until?.getTime() ?? 0));
      }
      return found;
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

function toHolder(row: z.infer<typeof KeyRow>, secretUntil: number | null): KeyHolder {
  return {
    keyId: row.id,
    ownerId: row.owner_id,
    standing: standingOf(row.state),
    preferShared: row.prefer_shared,
    rules: row.rules,
    allowedModels: row.allowed_models,
    scopes: row.scopes,
    addresses: row.addresses,
    switchedOff: row.disabled_at !== null,
    secretUntil,
    expiresAt: row.expires_at?.getTime() ?? null,
    revoked: row.revoked_at !== null,
  };
}

function toUserHolder(row: z.infer<typeof UserRow>): UserHolder {
  return {
    userId: row.id,
    standing: standingOf(row.state),
    preferShared: row.prefer_shared,
    rules: row.rules,
  };
}

/** A state that only a newer server knows lets nobody in. */
function standingOf(state: string): Standing {
  return state === 'active' || state === 'silenced' ? state : 'disabled';
}
