import type { Pool } from 'pg';
import { z } from 'zod';
import { can } from '#shared/permissions.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Statistics, StatisticsBy, StatisticsInput } from '#shared/schemas/usage.ts';
import type { Clock } from '../../infra/clock.ts';
import { startOfDay, startOfNextDay } from '../../infra/zone.ts';
import { createRollupsRepo, type RollupQuery, type SumsRow } from './rollups.repo.ts';
import { DELETED } from './usage.views.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** More rows than anybody reads; those with the fewest requests are left out. */
const MOST_ROWS = 500;

export type StatisticsDeps = {
  pool: Pick<Pool, 'query'>;
  clock: Pick<Clock, 'now'>;
  /** Whose midnight ends a day. */
  zone: string;
};

/** Who looks, and at whose requests: null = everybody's. */
export type Viewer = { me: Me; userId: string | null };

/** Figures of whole days, read from the sums of usage alone. */
export function createStatistics({ pool, clock, zone }: StatisticsDeps) {
  const rollups = createRollupsRepo(pool);

  return {
    async read({ me, userId }: Viewer, { by, days }: StatisticsInput): Promise<Statistics> {
      const now = clock.now();
      // Noon, for days are an hour longer or shorter where clocks are changed.
      const noon = startOfDay(now, zone) + DAY / 2;
      const from = new Date(startOfDay(noon - (days - 1) * DAY, zone));
      const to = new Date(startOfNextDay(now, zone));
      const query: RollupQuery = { grain: 'day', userId, from, to };
      const total = await rollups.total(query);
      const rows =
        by === 'day' || by === 'hour'
          ? await byTime(by, query)
          : named(await rollups.byValue(by, query, MOST_ROWS + 1), await names(by, me));
      return {
        zone,
        from: from.toISOString(),
        to: to.toISOString(),
        rows: rows.slice(0, MOST_ROWS),
        totals: toFigures(total),
        cut: rows.length > MOST_ROWS,
      };
    },
  };

  /** Newest first. */
  async function byTime(grain: 'day' | 'hour', query: RollupQuery): Promise<Rows> {
    const sums = await rollups.byTime({ ...query, grain }, null);
    return [...sums]
      .sort(([a], [b]) => (a < b ? 1 : -1))
      .map(([at, row]) => ({ id: at, name: at, ...toFigures(row) }));
  }

  /** The name of a value; null where it may not be told, undefined where there is none any more. */
  async function names(by: Exclude<StatisticsBy, 'day' | 'hour'>, me: Me): Promise<NameOf> {
    if (by === 'model' || by === 'platform') return (value) => value;
    const admin = can(me, 'usage.read');
    const { rows } = await pool.query(NAMES[by], by === 'account' && !admin ? [me.id] : [null]);
    const found = new Map(
      z
        .array(Named)
        .parse(rows)
        .map(({ id, name }) => [id, name]),
    );
    // An account's name may tell who lent it, so it is for its owner and admins only.
    const unknown = by === 'account' && !admin ? null : DELETED;
    return (value) => found.get(value) ?? unknown;
  }
}
export type StatisticsReader = ReturnType<typeof createStatistics>;

type Rows = Statistics['rows'];
type NameOf = (value: string) => string | null;

const Named = z.object({ id: z.string(), name: z.string() });
const NAMES = {
  user: 'SELECT id, username AS name FROM users WHERE $1::uuid IS NULL',
  key: 'SELECT id, name FROM api_keys WHERE $1::uuid IS NULL',
  account: 'SELECT id, name FROM accounts WHERE $1::uuid IS NULL OR owner_id = $1::uuid',
};

/** What has no name to tell becomes one row, and so do accounts of others. */
function named(sums: ReadonlyMap<string, SumsRow>, nameOf: NameOf): Rows {
  const rows = [...sums].map(([value, row]) => {
    const name = value === '' ? null : nameOf(value);
    return { id: name === null ? null : value, name, ...toFigures(row) };
  });
  const nameless = rows.filter(({ id }) => id === null);
  const [first, ...others] = nameless;
  if (!first || others.length === 0) return rows;
  return [...rows.filter(({ id }) => id !== null), others.reduce(together, first)];
}

/** Percentiles of two rows cannot be put together. */
function together(one: Rows[number], other: Rows[number]): Rows[number] {
  return {
    id: null,
    name: null,
    requests: one.requests + other.requests,
    errors: one.errors + other.errors,
    aborted: one.aborted + other.aborted,
    inputTokens: one.inputTokens + other.inputTokens,
    cachedTokens: one.cachedTokens + other.cachedTokens,
    cacheWriteTokens: one.cacheWriteTokens + other.cacheWriteTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    reasoningTokens: one.reasoningTokens + other.reasoningTokens,
    cost: one.cost + other.cost,
    latencyP50Ms: null,
    latencyP95Ms: null,
    firstTokenP50Ms: null,
  };
}

function toFigures(row: SumsRow | undefined): Statistics['totals'] {
  return {
    requests: row?.requests ?? 0,
    errors: row?.errors ?? 0,
    aborted: row?.aborted ?? 0,
    inputTokens: row?.input_tokens ?? 0,
    cachedTokens: row?.cached_tokens ?? 0,
    cacheWriteTokens: row?.cache_write_tokens ?? 0,
    outputTokens: row?.output_tokens ?? 0,
    reasoningTokens: row?.reasoning_tokens ?? 0,
    cost: row?.cost ?? 0,
    latencyP50Ms: row?.latencyP50 ?? null,
    latencyP95Ms: row?.latencyP95 ?? null,
    firstTokenP50Ms: row?.firstTokenP50 ?? null,
  };
}
