import { z } from 'zod';
import type { JobItemState, JobState } from '#shared/schemas/jobs.ts';
import { arrayText } from '../../infra/postgres/array-text.ts';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';

/** A job as stored. */
export type JobRow = {
  id: string;
  kind: string;
  ownerId: string | null;
  ownerName: string;
  state: JobState;
  input: Readonly<Record<string, unknown>>;
  total: number;
  done: number;
  failed: number;
  skipped: number;
  report: Readonly<Record<string, number>>;
  error: string | null;
  createdAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
};

export type ItemRow = {
  number: number;
  name: string;
  state: JobItemState;
  result: ItemResult | null;
};

/** What came of a thing, as stored. */
export const ItemResult = z.object({
  code: z.string(),
  text: z.string().optional(),
  ref: z.string().optional(),
});
export type ItemResult = z.infer<typeof ItemResult>;

/** Whose jobs: everybody's, or of one person. */
export type JobScope = 'all' | { ownerId: string };

type InsertJob = {
  id: string;
  kind: string;
  ownerId: string | null;
  input: Readonly<Record<string, unknown>>;
  createdAt: Date;
  items: readonly { name: string; input: string }[];
};

/** Large enough to cost few statements, small enough to keep each one short. */
const INSERTED_AT_ONCE = 2_000;
const LONGEST_MS = 60_000;
const STATES = z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']).catch('failed');
const ITEM_STATES = z.enum(['waiting', 'done', 'failed', 'skipped']).catch('failed');
const Members = z.record(z.string(), z.unknown()).catch({});
const Counts = z.record(z.string(), z.int()).catch({});

const SELECT = {
  id: true,
  kind: true,
  ownerId: true,
  state: true,
  input: true,
  total: true,
  done: true,
  failed: true,
  skipped: true,
  report: true,
  error: true,
  createdAt: true,
  startedAt: true,
  endedAt: true,
} as const;

/** What people see of jobs, and what they do to them. */
export function createJobsRepo(db: Db) {
  async function namesOf(ids: readonly (string | null)[]): Promise<Map<string, string>> {
    const users = await db.user.findMany({
      where: { id: { in: [...new Set(ids.filter((id) => id !== null))] } },
      select: { id: true, username: true, displayName: true },
    });
    return new Map(users.map((user) => [user.id, user.displayName || user.username]));
  }

  async function view(rows: readonly Stored[]): Promise<JobRow[]> {
    const names = await namesOf(rows.map(({ ownerId }) => ownerId));
    return rows.map((row) => ({
      ...row,
      ownerName: names.get(row.ownerId ?? '') ?? '',
      state: STATES.parse(row.state),
      input: Members.parse(row.input),
      report: Counts.parse(row.report),
    }));
  }

  const within = (scope: JobScope) => (scope === 'all' ? {} : scope);

  return {
    /** Stores a job with its things, and what `also` records, all or nothing. */
    insert: (job: InsertJob, also: (tx: Tx) => Promise<void>): Promise<void> =>
      withTx(
        db,
        async (tx) => {
          const { items, input, ...columns } = job;
          await tx.job.create({
            data: { ...columns, input: JSON.parse(JSON.stringify(input)), total: items.length },
            select: { id: true },
          });
          for (let from = 0; from < items.length; from += INSERTED_AT_ONCE) {
            const part = items.slice(from, from + INSERTED_AT_ONCE);
            await tx.$executeRawUnsafe(
              `INSERT INTO job_items (job_id, number, name, input)
               SELECT $1::uuid, v.number, v.name, v.input
               FROM unnest($2::int[], $3::text[], $4::text[]) v(number, name, input)`,
              job.id,
              arrayText(part.map((_, index) => from + index + 1)),
              arrayText(part.map(({ name }) => name)),
              arrayText(part.map((item) => item.input)),
            );
          }
          await also(tx);
        },
        { timeoutMs: LONGEST_MS },
      ),

    async find(id: string, scope: JobScope): Promise<JobRow | null> {
      const row = await db.job.findFirst({ where: { id, ...within(scope) }, select: SELECT });
      return row === null ? null : ((await view([row]))[0] ?? null);
    },

    /** Newest first, from after the one with this id on. */
    async list(scope: JobScope, after: string | null, limit: number): Promise<JobRow[]> {
      const rows = await db.job.findMany({
        // Ids grow with time, so one column is enough to go on from.
        where: { ...within(scope), ...(after !== null && { id: { lt: after } }) },
        orderBy: { id: 'desc' },
        take: limit,
        select: SELECT,
      });
      return view(rows);
    },

    async items(
      jobId: string,
      asked: { state: JobItemState | undefined; after: number; limit: number },
    ): Promise<ItemRow[]> {
      const rows = await db.jobItem.findMany({
        where: {
          jobId,
          number: { gt: asked.after },
          ...(asked.state !== undefined && { state: asked.state }),
        },
        orderBy: { number: 'asc' },
        take: asked.limit,
        select: { number: true, name: true, state: true, result: true },
      });
      return rows.map((row) => ({
        ...row,
        state: ITEM_STATES.parse(row.state),
        result: ItemResult.nullable().catch(null).parse(row.result),
      }));
    },

    /** Ends a job that is not over: what still waits is skipped. Returns false when it was over. */
    cancel: (id: string, at: Date, also: (tx: Tx) => Promise<void>): Promise<boolean> =>
      withTx(
        db,
        async (tx) => {
          const { count } = await tx.job.updateMany({
            where: { id, state: { in: ['waiting', 'running'] } },
            data: { state: 'cancelled', endedAt: at },
          });
          if (count === 0) return false;
          const skipped = await tx.jobItem.updateMany({
            where: { jobId: id, state: 'waiting' },
            data: { state: 'skipped', input: '', endedAt: at, result: { code: 'cancelled' } },
          });
          await tx.job.update({ where: { id }, data: { skipped: { increment: skipped.count } } });
          await also(tx);
          return true;
        },
        { timeoutMs: LONGEST_MS },
      ),

    /** Removes jobs that ended before. */
    removeEnded: (until: Date, most: number): Promise<number> =>
      db.$executeRaw`DELETE FROM jobs WHERE id IN (
        SELECT id FROM jobs WHERE ended_at < ${until} ORDER BY ended_at LIMIT ${most})`,
  };
}
export type JobsRepo = ReturnType<typeof createJobsRepo>;

type Stored = {
  id: string;
  kind: string;
  ownerId: string | null;
  state: string;
  input: unknown;
  total: number;
  done: number;
  failed: number;
  skipped: number;
  report: unknown;
  error: string | null;
  createdAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
};
