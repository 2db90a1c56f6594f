import { AppError } from '#shared/errors.ts';
import { requirePermission } from '#shared/permissions.ts';
import {
  AuditChange,
  type AuditExportQuery,
  type AuditFilter,
  type AuditListInput,
  type AuditPage,
  type AuditRow,
  type AuditVerdict,
} from '#shared/schemas/audit.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Clock } from '../../infra/clock.ts';
import { createHourlyRemoval } from '../../infra/hourly-removal.ts';
import type { AuditAnchor } from './anchor.ts';
import type { createAuditRemoval } from './audit.repo.ts';
import type { AuditLogRepo, AuditQuery } from './audit-log.repo.ts';
import { FIRST_LINK, faultOf, type Link, type Linked } from './chain.ts';
import { exportLines } from './export-lines.ts';

export type AuditServiceDeps = {
  log: AuditLogRepo;
  removal: ReturnType<typeof createAuditRemoval>;
  anchor: AuditAnchor;
  clock: Clock;
  /** 0 = rows are kept for ever. */
  retentionDays: number;
  onError(error: unknown): void;
};

/** Rows read at once while the chain is checked. */
const BATCH = 2_000;
const DAY_MS = 86_400_000;

export type AuditService = ReturnType<typeof createAuditService>;

/** The log as admins read it. */
export function createAuditService({
  anchor,
  clock,
  log,
  onError,
  removal,
  retentionDays,
}: AuditServiceDeps) {
  const remover = createHourlyRemoval({
    clock,
    retentionMs: retentionDays * DAY_MS,
    remove: removal.remove,
    onError,
  });
  let running: Promise<AuditVerdict> | null = null;

  async function check(): Promise<AuditVerdict> {
    let last: Link | null = null;
    let first: bigint | null = null;
    let end = FIRST_LINK;
    let rows = 0;
    const verdict = (broken: AuditVerdict['broken']): AuditVerdict => ({
      checkedAt: new Date(clock.now()).toISOString(),
      rows,
      firstSeq: (first ?? end.seq).toString(),
      lastSeq: (last ?? end).seq.toString(),
      lastHash: (last ?? end).hash,
      broken,
    });
    for await (const batch of log.walk(BATCH)) {
      end = batch.ends.end;
      last ??= batch.ends.begin;
      for (const row of batch.rows) {
        first ??= row.seq;
        const why = faultOf(last, row);
        if (why) return verdict({ seq: row.seq.toString(), why });
        last = { seq: row.seq, hash: row.hash };
        rows += 1;
      }
    }
    // A chain that holds may have been made anew.
    return verdict(endFault(last ?? FIRST_LINK, end) ?? (await anchor.look()));
  }

  return {
    /** Newest first. Throws AppError bad_request for a foreign cursor. */
    async list({ cursor, filter, limit }: AuditListInput): Promise<AuditPage> {
      const before = cursor === undefined ? null : readCursor(cursor);
      const found = await log.list({ ...queryOf(filter), before, limit: limit + 1 });
      const rows = found.slice(0, limit);
      const last = rows.at(-1);
      const more = found.length > limit && last;
      return { rows: rows.map(toView), nextCursor: more ? last.seq.toString() : null };
    },

    /** Walks the whole chain and says where it breaks first. Those who ask meanwhile share the answer. */
    verify(): Promise<AuditVerdict> {
      running ??= check().finally(() => {
        running = null;
      });
      return running;
    },

    /** The rows that fit the filters, newest first, as text of many lines. Throws AppError forbidden. */
    exported(me: Me, { format, ...filter }: AuditExportQuery): AsyncGenerator<string> {
      requirePermission(me, 'audit.read');
      return exportLines((page) => log.list({ ...queryOf(filter), ...page }), format);
    },

    /** Keeps the anchor, and removes rows that are older than they are to be kept. */
    start(): void {
      anchor.start();
      if (retentionDays > 0) remover.start();
    },
    async close(): Promise<void> {
      await remover.close();
      await anchor.close();
    },
  };
}

/** Rows at the end leave no gap behind them, so the end is kept beside the log. */
function endFault(last: Link, end: Link): AuditVerdict['broken'] {
  if (last.seq === end.seq && last.hash === end.hash) return null;
  if (last.seq < end.seq) return { seq: (last.seq + 1n).toString(), why: 'cut' };
  return { seq: (end.seq + 1n).toString(), why: last.seq === end.seq ? 'altered' : 'added' };
}

function queryOf({ from, to, ...rest }: AuditFilter): Omit<AuditQuery, 'before' | 'limit'> {
  const date = (text: string | undefined) => (text === undefined ? undefined : new Date(text));
  return { ...rest, from: date(from), to: date(to) };
}

/** As far as PostgreSQL's bigint goes. */
const CURSOR = /^[1-9]\d{0,17}$/;

function readCursor(text: string): bigint {
  if (CURSOR.test(text)) return BigInt(text);
  throw new AppError('bad_request', 'The cursor is not valid. Load the first page again.', {
    param: 'cursor',
  });
}

/** Somebody may have altered what is stored; the page shows the rest. */
export function toView({ at, change, seq, ...row }: Linked): AuditRow {
  const known = AuditChange.catch({ before: null, after: null }).parse(change);
  return { ...row, seq: seq.toString(), at: at.toISOString(), change: known };
}
