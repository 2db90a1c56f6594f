import type { Pool } from 'pg';
import { z } from 'zod';
import type { UsageOperation } from '#shared/schemas/usage.ts';
import { named } from '../../infra/postgres/pool.ts';
import type { Cursor } from './cursor.ts';

export type UsageScope = {
  /** Whose records; null = everybody's, for admins. */
  userId: string | null;
};

export type UsageQuery = UsageScope & {
  from?: Date | undefined;
  to?: Date | undefined;
  model?: string | undefined;
  keyId?: string | undefined;
  accountId?: string | undefined;
  outcome?: 'ok' | 'failed' | 'aborted' | undefined;
  operation?: UsageOperation | undefined;
  before?: Cursor | undefined;
  limit: number;
};

/** int8 comes as bigint; tokens and micro-dollars fit a number. */
const Whole = z.coerce.number();

const Row = z.object({
  id: z.string(),
  created_at: z.date(),
  user_name: z.string().nullable(),
  key_id: z.string().nullable(),
  key_name: z.string().nullable(),
  operation: z.string(),
  model: z.string(),
  platform_id: z.string().nullable(),
  stream: z.boolean(),
  outcome: z.string(),
  status: z.number(),
  input_tokens: z.number(),
  output_tokens: z.number(),
  unit: z.string().nullable(),
  units: z.number().nullable(),
  estimated: z.boolean(),
  cost: Whole.nullable(),
  latency_ms: z.number(),
  first_token_ms: z.number().nullable(),
});
export type UsageListRow = z.infer<typeof Row>;

const Detail = Row.extend({
  door: z.string(),
  upstream_model: z.string().nullable(),
  account_id: z.string().nullable(),
  account_name: z.string().nullable(),
  account_owner_id: z.string().nullable(),
  attempts: z.number(),
  cached_tokens: z.number(),
  cache_write_tokens: z.number(),
  reasoning_tokens: z.number(),
  error: z.string().nullable(),
});
export type UsageDetailRow = z.infer<typeof Detail>;

const LISTED = `t.id, t.created_at, t.key_id, t.operation, t.model, t.platform_id, t.stream, t.outcome,
  t.status, t.input_tokens, t.output_tokens, t.unit, t.units, t.estimated, t.cost, t.latency_ms, t.first_token_ms,
  u.username AS user_name, k.name AS key_name`;

const DETAILED = `${LISTED}, t.door, t.upstream_model, t.account_id, t.attempts, t.cached_tokens,
  t.cache_write_tokens, t.reasoning_tokens, t.error, a.name AS account_name, a.owner_id AS account_owner_id`;
const NAMES = `LEFT JOIN users u ON u.id = t.user_id
  LEFT JOIN api_keys k ON k.id = t.key_id`;
const ACCOUNTS = 'LEFT JOIN accounts a ON a.id = t.account_id';

const getOne = named(
  'usage_get',
  `SELECT ${DETAILED} FROM usage t ${NAMES} ${ACCOUNTS}
    WHERE t.id = $1 AND ($2::uuid IS NULL OR t.user_id = $2)`,
);

/** Reads of the usage table. Every one takes whose records it may see. */
export function createUsageRepo(pool: Pick<Pool, 'query'>) {
  async function page(query: UsageQuery, columns: string, joins: string): Promise<unknown[]> {
    const { where, values } = conditions(query);
    // The page is cut before names are joined to it, so that the index alone decides its cost.
    const { rows } = await pool.query(
      `WITH t AS MATERIALIZED (
         SELECT * FROM usage ${where}
          ORDER BY created_at DESC, id DESC LIMIT $${values.length + 1}
       )
       SELECT ${columns} FROM t ${joins} ORDER BY t.created_at DESC, t.id DESC`,
      [...values, query.limit],
    );
    return rows;
  }

  return {
    /** Newest first. Names of what was deleted are null. */
    async list(query: UsageQuery): Promise<UsageListRow[]> {
      return z.array(Row).parse(await page(query, LISTED, NAMES));
    },

    /** The same with everything that is known. */
    async listDetails(query: UsageQuery): Promise<UsageDetailRow[]> {
      return z.array(Detail).parse(await page(query, DETAILED, `${NAMES} ${ACCOUNTS}`));
    },

    async get(id: string, scope: UsageScope): Promise<UsageDetailRow | null> {
      const { rows } = await pool.query(getOne([id, scope.userId]));
      return rows[0] === undefined ? null : Detail.parse(rows[0]);
    },
  };
}
export type UsageRepo = ReturnType<typeof createUsageRepo>;

function isEarlier(time: Date | undefined, than: Date | undefined): boolean {
  return time !== undefined && (than === undefined || time < than);
}

/** Only conditions that were asked for, so that the planner sees which index fits. */
function conditions(query: UsageQuery): { where: string; values: unknown[] } {
  const values: unknown[] = [];
  const parts: string[] = [];
  const add = (value: unknown, condition: (place: string) => string) => {
    if (value === undefined || value === null) return;
    values.push(value);
    parts.push(condition(`$${values.length}`));
  };
  add(query.userId, (p) => `user_id = ${p}::uuid`);
  add(query.keyId, (p) => `key_id = ${p}::uuid`);
  add(query.accountId, (p) => `account_id = ${p}::uuid`);
  add(query.model, (p) => `model = ${p}`);
  add(query.operation, (p) => `operation = ${p}`);
  add(query.from, (p) => `created_at >= ${p}::timestamptz`);
  // NOTE: of two ends an index may be entered at the later one, and read from there to the earlier.
  if (isEarlier(query.before?.createdAt, query.to)) {
    add(query.before?.createdAt, (p) => `created_at <= ${p}::timestamptz`);
  } else add(query.to, (p) => `created_at < ${p}::timestamptz`);
  if (query.outcome === 'ok' || query.outcome === 'aborted') {
    parts.push(`outcome = '${query.outcome}'`);
  } else if (query.outcome === 'failed') {
    parts.push(`outcome NOT IN ('ok', 'aborted')`);
  }
  if (query.before) {
    values.push(query.before.createdAt, query.before.id);
    parts.push(`(created_at, id) < ($${values.length - 1}::timestamptz, $${values.length}::uuid)`);
  }
  return { where: parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : '', values };
}
