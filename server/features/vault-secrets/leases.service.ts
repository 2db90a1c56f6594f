import { AppError } from '#shared/errors.ts';
import { can } from '#shared/permissions.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type {
  LeaseExportQuery,
  LeaseFilter,
  LeaseListInput,
  LeasePage,
  LeaseView,
} from '#shared/schemas/vault-secrets.ts';
import type { Clock } from '../../infra/clock.ts';
import { createHourlyRemoval } from '../../infra/hourly-removal.ts';
import { leaseLines } from './lease-export.ts';
import type { LeaseEnd, LeaseQuery, LeaseRow, LeasesRepo } from './leases.repo.ts';

export type LeasesDeps = {
  repo: Pick<LeasesRepo, 'list' | 'removeBefore'>;
  clock: Clock;
  /** 0 = rows are kept for ever. */
  retentionDays: number;
  onError(error: unknown): void;
};

const DAY_MS = 86_400_000;
/** Rows read at once: all that is in memory of an export. */
const PAGE = 1_000;

export type LeasesService = ReturnType<typeof createLeasesService>;

/** The log of leases: all of it for those who may see the vault, of one's own accounts for others. */
export function createLeasesService({ clock, onError, repo, retentionDays }: LeasesDeps) {
  const remover = createHourlyRemoval({
    ...{ clock, onError },
    retentionMs: retentionDays * DAY_MS,
    remove: repo.removeBefore,
  });

  async function* pages(query: Omit<LeaseQuery, 'before' | 'limit'>): AsyncGenerator<LeaseView[]> {
    for (let before: LeaseEnd | null = null; ; ) {
      const rows: LeaseRow[] = await repo.list({ ...query, before, limit: PAGE });
      const last = rows.at(-1);
      if (!last) return;
      yield rows.map(toView);
      before = last;
    }
  }

  return {
    /** Newest first. Throws AppError bad_request for a foreign cursor. */
    async list(me: Me, { cursor, filter, limit }: LeaseListInput): Promise<LeasePage> {
      const before = cursor === undefined ? null : readCursor(cursor);
      const found = await repo.list({ ...queryOf(me, filter), before, limit: limit + 1 });
      const rows = found.slice(0, limit);
      const last = rows.at(-1);
      const more = found.length > limit && last;
      return { rows: rows.map(toView), nextCursor: more ? cursorOf(last) : null };
    },

    /** The leases that fit the filters, newest first, as text of many lines. */
    exported: (me: Me, { format, ...filter }: LeaseExportQuery): AsyncGenerator<string> =>
      leaseLines(pages(queryOf(me, filter)), format),

    /** Removes leases that are older than they are to be kept, now and every hour. */
    start(): void {
      if (retentionDays > 0) remover.start();
    },
    close: remover.close,
  };
}

function queryOf(me: Me, { from, to, ...rest }: LeaseFilter): Omit<LeaseQuery, 'before' | 'limit'> {
  const date = (text: string | undefined) => (text === undefined ? undefined : new Date(text));
  const ownerId = can(me, 'vault.read') ? undefined : me.id;
  return { ...rest, ownerId, from: date(from), to: date(to) };
}

function toView({ at, expiresAt, ...row }: LeaseRow): LeaseView {
  return { ...row, at: at.toISOString(), expiresAt: expiresAt?.toISOString() ?? null };
}

const SHAPE = /^(\d{1,15})\.([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;
/** The year 9999: later than any record, and a time PostgreSQL knows. */
const LATEST_MS = 253_402_300_799_999;

function cursorOf({ at, id }: LeaseEnd): string {
  return `${at.getTime()}.${id}`;
}

function readCursor(text: string): LeaseEnd {
  const [, ms, id] = SHAPE.exec(text) ?? [];
  if (id === undefined || !(Number(ms) <= LATEST_MS)) {
    throw new AppError('bad_request', 'The cursor is not valid. Load the first page again.', {
      param: 'cursor',
    });
  }
  return { at: new Date(Number(ms)), id };
}
