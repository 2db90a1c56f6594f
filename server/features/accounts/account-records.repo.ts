import type { Pool } from 'pg';
import { z } from 'zod';

const EventRow = z.object({
  id: z.string(),
  at: z.date(),
  kind: z.enum(['state', 'lent', 'withdrawn', 'terms']),
  state: z.string().nullable(),
  cause: z.string().nullable(),
  until: z.date().nullable(),
  upstream_model: z.string().nullable(),
  detail: z.string().nullable(),
  actor_name: z.string().nullable(),
});
export type EventRow = z.infer<typeof EventRow>;

const UseRow = z.object({
  day: z.string().nullable(),
  user_id: z.string(),
  user_name: z.string().nullable(),
  model: z.string(),
  requests: z.number(),
  tokens: z.number(),
  cost: z.coerce.number(),
  last_at: z.date(),
});
export type UseRow = z.infer<typeof UseRow>;

/** `zone` null: days are not told apart. */
export type UseRange = { from: Date; to: Date; zone: string | null; limit: number };

const LendingRow = z.object({
  platform_id: z.string(),
  allowed_at: z.date(),
  allowed_by: z.string().nullable(),
});
export type LendingRow = z.infer<typeof LendingRow>;

const NAME = `COALESCE(NULLIF(u.display_name, ''), u.username)`;

export type AccountRecordsRepo = ReturnType<typeof createAccountRecordsRepo>;

/** What happened to accounts, who used them, and which platforms' personal accounts may be lent. */
export function createAccountRecordsRepo(pool: Pick<Pool, 'query'>) {
  return {
    /** Newest first; `before` is the id of the last one seen: ids are in the order of time. */
    async events(accountId: string, before: string | null, limit: number): Promise<EventRow[]> {
      const { rows } = await pool.query({
        name: 'account_events_page',
        text: `SELECT e.id, e.at, e.kind, e.state, e.cause, e.until, e.upstream_model, e.detail,
                      ${NAME} AS actor_name
               FROM account_events e LEFT JOIN users u ON u.id = e.actor_id
               WHERE e.account_id = $1 AND ($2::uuid IS NULL OR (e.at, e.id) <
                 (SELECT b.at, b.id FROM account_events b WHERE b.id = $2 AND b.account_id = $1))
               ORDER BY e.at DESC, e.id DESC LIMIT $3`,
        values: [accountId, before, limit],
      });
      return z.array(EventRow).parse(rows);
    },

    /** Sums by person and model, and by day of the zone unless it is null; the most tokens first. */
    async uses(accountId: string, { from, limit, to, zone }: UseRange): Promise<UseRow[]> {
      const { rows } = await pool.query({
        name: 'account_uses',
        text: `SELECT g.day, g.user_id, ${NAME} AS user_name, g.model, g.requests, g.tokens, g.cost,
                      g.last_at
               FROM (SELECT user_id, model, count(*)::int AS requests,
                       to_char(created_at AT TIME ZONE $4::text, 'YYYY-MM-DD') AS day,
                       sum(input_tokens::bigint + output_tokens)::float8 AS tokens,
                       COALESCE(sum(cost), 0)::bigint AS cost, max(created_at) AS last_at
                     FROM usage
                     WHERE account_id = $1 AND created_at >= $2 AND created_at < $3
                     GROUP BY user_id, model, 4
                     ORDER BY day DESC NULLS LAST, tokens DESC, model, user_id LIMIT $5) AS g
               LEFT JOIN users u ON u.id = g.user_id
               ORDER BY g.day DESC NULLS LAST, g.tokens DESC, g.model, g.user_id`,
        values: [accountId, from, to, zone, limit],
      });
      return z.array(UseRow).parse(rows);
    },

    /** Forgets events before a moment, and all but the newest of each account. */
    async trim(before: Date, most: number): Promise<void> {
      await pool.query({
        name: 'account_events_trim',
        text: `DELETE FROM account_events WHERE at < $1 OR id IN (
                 SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY account_id
                   ORDER BY at DESC, id DESC) AS place FROM account_events) AS placed
                 WHERE place > $2)`,
        values: [before, most],
      });
    },

    async lendings(): Promise<LendingRow[]> {
      const { rows } = await pool.query({
        name: 'personal_lendings',
        text: `SELECT l.platform_id, l.allowed_at, ${NAME} AS allowed_by
               FROM personal_lending l LEFT JOIN users u ON u.id = l.allowed_by`,
      });
      return z.array(LendingRow).parse(rows);
    },
  };
}
