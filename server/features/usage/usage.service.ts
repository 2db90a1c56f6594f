import { AppError } from '#shared/errors.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type {
  Summary,
  SummaryInput,
  UsageDetail,
  UsageListInput,
  UsagePage,
} from '#shared/schemas/usage.ts';
import type { Clock } from '../../infra/clock.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { createSharedWork } from './shared-work.ts';
import type { SummaryRepo } from './summary.repo.ts';
import { timeSteps } from './time-steps.ts';
import type { UsageRepo } from './usage.repo.ts';
import { toDetail, toRow, toSummary } from './usage.views.ts';

export type UsageServiceDeps = {
  repo: Pick<UsageRepo, 'list' | 'get'>;
  summaries: SummaryRepo;
  clock: Pick<Clock, 'now'>;
};

const BUSIEST = 10;
/** Summaries of a long time take seconds, and the request path needs the same connections. */
const SUMMARIES_AT_ONCE = 2;

/** What people may see of the ledger: members their own records, admins everybody's. */
export function createUsageService({ repo, summaries, clock }: UsageServiceDeps) {
  const share = createSharedWork(SUMMARIES_AT_ONCE);

  return {
    /** One page, newest first. Throws AppError bad_request for a cursor that is not ours. */
    async list(me: Me, { cursor, limit, filter }: UsageListInput): Promise<UsagePage> {
      const admin = me.role === 'admin';
      const rows = await repo.list({
        userId: admin ? (filter.userId ?? null) : me.id,
        accountId: admin ? filter.accountId : undefined,
        keyId: filter.keyId,
        model: filter.model,
        outcome: filter.outcome,
        operation: filter.operation,
        from: filter.from === undefined ? undefined : new Date(filter.from),
        to: filter.to === undefined ? undefined : new Date(filter.to),
        before: cursor === undefined ? undefined : decodeCursor(cursor),
        limit: limit + 1,
      });
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      const more = rows.length > limit && last !== undefined;
      return {
        rows: page.map(toRow),
        nextCursor: more ? encodeCursor({ createdAt: last.created_at, id: last.id }) : null,
      };
    },

    /** Throws AppError not_found, for another's record too. */
    async get(me: Me, id: string): Promise<UsageDetail> {
      const row = await repo.get(id, { userId: me.role === 'admin' ? null : me.id });
      if (!row) {
        throw new AppError('not_found', 'There is no record of that request that you may see.');
      }
      return toDetail(row, me);
    },

    /** Figures of a stretch of time that ends now. */
    async summary(me: Me, { range, scope }: SummaryInput): Promise<Summary> {
      const whose = { userId: me.role === 'admin' && scope === 'all' ? null : me.id };
      const time = timeSteps(range, clock.now());
      return share(`${whose.userId ?? 'all'} ${range} ${time.to.getTime()}`, async () => {
        const totals = await summaries.totals(whose, time);
        const series = await summaries.series(whose, time);
        const models = await summaries.busiest(whose, time, BUSIEST);
        return toSummary(time, { totals, series, models });
      });
    },
  };
}
export type UsageService = ReturnType<typeof createUsageService>;
