import { AppError } from '#shared/errors.ts';
import { can } from '#shared/permissions.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type {
  Statistics,
  StatisticsInput,
  Summary,
  SummaryInput,
  UsageDetail,
  UsageExportQuery,
  UsageListInput,
  UsagePage,
} from '#shared/schemas/usage.ts';
import type { Clock } from '../../infra/clock.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { exportLines } from './export-lines.ts';
import { listByWindows } from './list-windows.ts';
import { createSharedWork } from './shared-work.ts';
import type { StatisticsReader } from './statistics.ts';
import type { SummaryRepo } from './summary.repo.ts';
import { timeSteps } from './time-steps.ts';
import type { UsageRepo } from './usage.repo.ts';
import { toDetail, toRow, toSummary } from './usage.views.ts';
import { NO_ID, queryOf } from './usage-query.ts';

export type UsageServiceDeps = {
  repo: Pick<UsageRepo, 'list' | 'listDetails' | 'get'>;
  summaries: SummaryRepo;
  statistics: StatisticsReader;
  clock: Pick<Clock, 'now'>;
  /** Whose midnight ends a day. */
  zone: string;
};

const BUSIEST = 10;
/** Summaries of a long time take seconds, and the request path needs the same connections. */
const SUMMARIES_AT_ONCE = 2;

/** What people may see of the ledger: members their own records, admins everybody's. */
export function createUsageService(deps: UsageServiceDeps) {
  const { repo, summaries, statistics, clock, zone } = deps;
  const share = createSharedWork(SUMMARIES_AT_ONCE);

  return {
    /**
     * One page, newest first; fewer rows than asked for and a cursor when looking on takes long.
     * Throws AppError bad_request for a cursor that is not ours.
     */
    async list(me: Me, { cursor, limit, filter }: UsageListInput): Promise<UsagePage> {
      const before = cursor === undefined ? undefined : decodeCursor(cursor);
      const query = { ...queryOf(me, filter), before, limit: limit + 1 };
      const { rows, searchedTo } = await listByWindows({ list: repo.list, clock }, query);
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      const more = rows.length > limit && last !== undefined;
      const next = more ? { createdAt: last.created_at, id: last.id } : null;
      const searched = searchedTo && { createdAt: searchedTo, id: NO_ID };
      const end = next ?? searched;
      return { rows: page.map(toRow), nextCursor: end && encodeCursor(end) };
    },

    /** Throws AppError not_found, for another's record too. */
    async get(me: Me, id: string): Promise<UsageDetail> {
      const row = await repo.get(id, { userId: can(me, 'usage.read') ? null : me.id });
      if (!row) {
        throw new AppError('not_found', 'There is no record of that request that you may see.');
      }
      return toDetail(row, me);
    },

    /** Every record that fits, as text of many lines at a time. */
    exported: (me: Me, query: UsageExportQuery): AsyncGenerator<string> =>
      exportLines({ page: repo.listDetails, clock }, me, query),

    /** Figures of whole days up to today, told apart by something. */
    async statistics(me: Me, input: StatisticsInput): Promise<Statistics> {
      const mine = !can(me, 'usage.read') || input.scope === 'mine';
      return share(
        `${mine ? me.id : 'all'} ${can(me, 'usage.read')} ${input.by} ${input.days}`,
        () => statistics.read({ me, userId: mine ? me.id : null }, input),
      );
    },

    /** Figures of a stretch of time that ends now. */
    async summary(me: Me, { range, scope }: SummaryInput): Promise<Summary> {
      const whose = { userId: can(me, 'usage.read') && scope === 'all' ? null : me.id };
      const time = timeSteps(range, clock.now(), zone);
      return share(`${whose.userId ?? 'all'} ${range} ${time.to.getTime()}`, async () => {
        const totals = await summaries.totals(whose, time);
        const series = await summaries.series(whose, time);
        const models = await summaries.busiest(whose, time, BUSIEST);
        return toSummary({ ...time, zone }, { totals, series, models });
      });
    },
  };
}
export type UsageService = ReturnType<typeof createUsageService>;
