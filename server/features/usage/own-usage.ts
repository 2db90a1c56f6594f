import type { Pool } from 'pg';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Clock } from '../../infra/clock.ts';
import { startOfDay, startOfNextDay } from '../../infra/zone.ts';
import { createOwnUsageRepo, type OwnLog, type OwnLogsQuery } from './own-usage.repo.ts';
import { createRollupsRepo, type SumsRow } from './rollups.repo.ts';

const DAY_MS = 86_400_000;
/** So far back unless told otherwise. */
const USUAL_DAYS = 30;
/** More rows than anybody reads; those with the fewest requests are left out. */
const MOST_ROWS = 500;

/** Epoch ms, both included; null = thirty days back, or now. */
export type OwnSpan = { from: number | null; to: number | null };

export type OwnSums = Pick<
  SumsRow,
  'requests' | 'errors' | 'aborted' | 'input_tokens' | 'cached_tokens' | 'output_tokens' | 'cost'
>;

export type OwnStats = {
  zone: string;
  /** Of the first day; of the day after the last one. */
  from: Date;
  to: Date;
  totals: OwnSums;
  /** Micro-credits of the pool. */
  consumed: number;
  byModel: (OwnSums & { model: string })[];
  /** A null number: asked from the console, or with a key that is gone. */
  byKey: (OwnSums & { number: number | null; name: string | null })[];
  /** Newest first, days without requests left out. */
  byDay: (OwnSums & { at: Date })[];
};

export type OwnUsageDeps = {
  /** For statistics, which may take long. */
  reports: Pick<Pool, 'query'>;
  clock: Pick<Clock, 'now'>;
  /** Whose midnight ends a day. */
  zone: string;
};

/** What a person used, for programs: theirs alone, whatever their role allows. */
export function createOwnUsage({ clock, reports, zone }: OwnUsageDeps) {
  const repo = createOwnUsageRepo(reports);
  const rollups = createRollupsRepo(reports);

  function within({ from, to }: OwnSpan): { from: number; to: number } {
    const end = to ?? clock.now();
    return { from: from ?? end - USUAL_DAYS * DAY_MS, to: end };
  }

  return {
    /** Sums of whole days of the server's zone. */
    async stats(me: Me, span: OwnSpan): Promise<OwnStats> {
      const asked = within(span);
      const from = new Date(startOfDay(asked.from, zone));
      const to = new Date(startOfNextDay(asked.to, zone));
      const query = { grain: 'day' as const, userId: me.id, from, to };
      const [totals, models, ofKeys, days, keys, consumed] = await Promise.all([
        rollups.total(query),
        rollups.byValue('model', query, MOST_ROWS),
        rollups.byValue('key', query, MOST_ROWS),
        rollups.byTime(query, null),
        repo.keys(me.id),
        repo.consumed(me.id, from, to),
      ]);
      return {
        ...{ zone, from, to, consumed },
        totals: toSums(totals),
        byModel: [...models].map(([model, sums]) => ({ model, ...toSums(sums) })),
        byKey: [...ofKeys].map(([id, sums]) => {
          const { name = null, number = null } = keys.get(id) ?? {};
          return { number, name, ...toSums(sums) };
        }),
        byDay: [...days]
          .map(([at, sums]) => ({ at: new Date(at), ...toSums(sums) }))
          .sort((a, b) => b.at.getTime() - a.at.getTime()),
      };
    },

    /** A page of the person's requests, newest first, and whether there are more. */
    async logs(
      me: Me,
      span: OwnSpan,
      asked: Omit<OwnLogsQuery, 'userId' | 'from' | 'to'>,
    ): Promise<{ rows: OwnLog[]; more: boolean }> {
      const { from, to } = within(span);
      const found = await repo.logs({
        ...asked,
        userId: me.id,
        from: new Date(from),
        to: new Date(to + 1),
        limit: asked.limit + 1,
      });
      return { rows: found.slice(0, asked.limit), more: found.length > asked.limit };
    },

    /** The first or last moment of a day that was named without a time, `YYYY-MM-DD`. */
    momentOf(day: string, which: 'first' | 'last'): number {
      // Where clocks are ahead of UTC noon is still that day's; a zone 13 hours ahead is tried second.
      const noon = Date.parse(`${day}T12:00:00Z`);
      const inside = [0, -12, 12]
        .map((hours) => noon + hours * 3_600_000)
        .find((at) => dayIn(at, zone) === day);
      const at = inside ?? noon;
      return which === 'first' ? startOfDay(at, zone) : startOfNextDay(at, zone) - 1;
    },
  };
}
export type OwnUsage = ReturnType<typeof createOwnUsage>;

/** The date that the zone's calendar shows. */
function dayIn(at: number, zone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(at);
}

function toSums(row: SumsRow | undefined): OwnSums {
  return {
    requests: row?.requests ?? 0,
    errors: row?.errors ?? 0,
    aborted: row?.aborted ?? 0,
    input_tokens: row?.input_tokens ?? 0,
    cached_tokens: row?.cached_tokens ?? 0,
    output_tokens: row?.output_tokens ?? 0,
    cost: row?.cost ?? 0,
  };
}
