import type { Clock } from '../../infra/clock.ts';
import type { PoolService } from '../pool/index.ts';
import type { ConsumptionQuery, ConsumptionRepo, ConsumptionRow } from './consumption.repo.ts';
import { type Requester, requirePerson } from './requester.ts';
import { cookieIdOf, derivedId, fourDecimals, zoneless } from './wire-values.ts';

/** So long it is known what a request took. */
const KNOWN_MS = 90 * 86_400_000;
const WHOLE = 1_000_000n;
/** The year 9999, later than any request. */
const LATEST_MS = 253_402_300_799_999;

export type ContractQuotasDeps = {
  pool: Pick<PoolService, 'mine' | 'shared'>;
  repo: ConsumptionRepo;
  clock: Pick<Clock, 'now'>;
};

/** Epoch ms; null = from as far back as is known, or until now. */
export type Span = { from: number | null; to: number | null };
type Which = Pick<ConsumptionQuery, 'accountId' | 'platformId' | 'model'>;

/** Pool credit and what became of it, as the Plug-in API tells it. */
export function createContractQuotas({ clock, pool, repo }: ContractQuotasDeps) {
  function asked(who: Requester, { from, to }: Span, which: Which = {}): ConsumptionQuery {
    requirePerson(who);
    const start = from ?? clock.now() - KNOWN_MS;
    return { userId: who.me.id, from: start, to: to ?? LATEST_MS, ...which };
  }

  return {
    /** The caller's credit, one row a model, the most first. Models of one group share theirs. */
    async mine(who: Requester) {
      requirePerson(who);
      const { groups } = await pool.mine(who.me);
      const now = new Date(clock.now()).toISOString();
      const rows = groups.flatMap(({ key, max, models, name, owed, quota }) =>
        (models.length > 0 ? models : [name]).map((model) => ({
          left: quota - owed,
          row: {
            pool_id: derivedId('pool', who.me.id, key, model),
            user_id: who.me.id,
            model_name: model,
            quota: fourDecimals(BigInt(quota - owed)),
            max_quota: fourDecimals(BigInt(max)),
            last_recovered_at: now,
            last_updated_at: now,
          },
        })),
      );
      return rows.sort((a, b) => b.left - a.left).map(({ row }) => row);
    },

    /** What the pool has, model by model, and what the caller took of it in the last ninety days. */
    async sharedPool(who: Requester) {
      requirePerson(who);
      const all: Span = { from: null, to: null };
      const [models, sums] = await Promise.all([pool.shared(), repo.sums(asked(who, all))]);
      return {
        quotas: models.map(({ accounts, left, model, nextReturn }) => ({
          model_name: model,
          total_quota: fourDecimals(BigInt(Math.round(left * 1_000_000))),
          earliest_reset_time: zoneless(nextReturn),
          available_cookies: accounts,
          status: left > 0 ? (1 as const) : (0 as const),
          last_fetched_at: new Date(clock.now()).toISOString(),
        })),
        user_consumption: {
          total_requests: Number(sums.requests),
          total_quota_consumed: credits(sums.consumed),
          shared_quota_consumed: credits(sums.lent),
          private_quota_consumed: credits(sums.consumed - sums.lent),
        },
      };
    },

    /** The caller's requests, newest first. */
    async consumption(who: Requester, span: Span, limit: number) {
      const rows = await repo.rows(asked(who, span), { limit });
      return rows.map((row) => ({ ...toLog(row), user_id: who.me.id }));
    },

    /** Sums of one model over the last ninety days. */
    async modelStats(who: Requester, model: string) {
      const span = { from: null, to: null };
      const { consumed, last_at, requests } = await repo.sums(asked(who, span, { model }));
      const none = requests === 0n;
      return {
        total_requests: String(requests),
        total_quota_consumed: none ? null : fourDecimals(consumed),
        avg_quota_consumed: none ? null : fourDecimals(consumed / requests),
        last_used_at: last_at?.toISOString() ?? null,
      };
    },

    /** The caller's requests by one account, a page of them, and sums by model. */
    async ofAccount(
      who: Requester,
      accountId: string,
      { span, ...page }: { span: Span; limit: number; offset: number },
    ) {
      const query = asked(who, span, { accountId });
      const [rows, models, total] = await Promise.all([
        repo.rows(query, page),
        repo.byModel(query),
        repo.sums(query),
      ]);
      return {
        logs: rows.map((row) => ({
          log_id: row.id,
          account_id: cookieIdOf(row.account_id),
          model_id: row.model,
          credit_used: fourDecimals(row.consumed),
          is_shared: row.shared ? (1 as const) : (0 as const),
          consumed_at: row.at.toISOString(),
        })),
        stats: models.map(({ consumed, least, model, most, requests }) => ({
          model_id: model,
          request_count: String(requests),
          total_credit: fourDecimals(consumed),
          avg_credit: fourDecimals(consumed / requests),
          min_credit: fourDecimals(least),
          max_credit: fourDecimals(most),
        })),
        pagination: { ...page, total: Number(total.requests) },
      };
    },

    /** The caller's requests by accounts of one platform. */
    async ofPlatform(who: Requester, platformId: string, span: Span) {
      const { consumed, lent, requests } = await repo.sums(asked(who, span, { platformId }));
      return {
        total_requests: String(requests),
        total_credit: fourDecimals(consumed),
        avg_credit: fourDecimals(requests === 0n ? 0n : consumed / requests),
        shared_credit: fourDecimals(lent),
        private_credit: fourDecimals(consumed - lent),
      };
    },
  };
}

/** An account of which its platform tells nothing counts as full, there as here. */
function toLog({ consumed, quota_after, quota_before, ...row }: ConsumptionRow) {
  const before = quota_before === null ? WHOLE : BigInt(quota_before);
  const after = quota_after === null ? before - consumed : BigInt(quota_after);
  return {
    log_id: row.id,
    cookie_id: cookieIdOf(row.account_id),
    model_name: row.model,
    quota_before: fourDecimals(before),
    quota_after: fourDecimals(after),
    quota_consumed: fourDecimals(consumed),
    is_shared: row.shared ? (1 as const) : (0 as const),
    consumed_at: row.at.toISOString(),
  };
}

function credits(micros: bigint): number {
  return Number(fourDecimals(micros));
}
