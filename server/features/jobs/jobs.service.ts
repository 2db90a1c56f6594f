import { AppError } from '#shared/errors.ts';
import { can } from '#shared/permissions.ts';
import type { JobItemPage, JobItemsInput, JobPage, JobView } from '#shared/schemas/jobs.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import { type Actor, type Audit, by } from '../audit/index.ts';
import type { ItemRow, JobRow, JobScope, JobsRepo } from './jobs.repo.ts';
import type { Jobs } from './jobs.ts';

type JobsServiceDeps = {
  repo: Pick<JobsRepo, 'find' | 'list' | 'items'>;
  jobs: Pick<Jobs, 'cancel'>;
  audit: Pick<Audit, 'note'>;
};

/** What people see of jobs: their own, and everybody's for those who keep the vault. */
export function createJobsService({ audit, jobs, repo }: JobsServiceDeps) {
  async function found(id: string, scope: JobScope): Promise<JobRow> {
    const job = await repo.find(id, scope);
    if (job) return job;
    throw new AppError('not_found', 'There is no such job. Ended ones are kept for 30 days.');
  }

  return {
    async list({ me }: Actor, asked: { cursor?: string | undefined; limit: number }) {
      const rows = await repo.list(seenBy(me), cursorOf(asked.cursor), asked.limit + 1);
      const shown = rows.slice(0, asked.limit);
      const nextCursor = rows.length > asked.limit ? (shown.at(-1)?.id ?? null) : null;
      return { rows: shown.map(toView), nextCursor } satisfies JobPage;
    },

    /** @throws AppError not_found when there is none, or it is another person's. */
    async get({ me }: Actor, id: string): Promise<JobView> {
      return toView(await found(id, seenBy(me)));
    },

    /** The job, for those who may change it. @throws AppError not_found as `get`. */
    async mine({ me }: Actor, id: string): Promise<JobView> {
      return toView(await found(id, changedBy(me)));
    },

    /** @throws AppError not_found as `get`. */
    async items({ me }: Actor, { cursor, id, limit, state }: JobItemsInput): Promise<JobItemPage> {
      await found(id, seenBy(me));
      const rows = await repo.items(id, { state, after: numberOf(cursor), limit: limit + 1 });
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      return {
        rows: shown.map(toItem),
        nextCursor: rows.length > limit && last ? String(last.number) : null,
      };
    },

    /** Ends what waits. @throws AppError not_found, or conflict when it was over already. */
    async cancel(actor: Actor, id: string): Promise<null> {
      const job = await found(id, changedBy(actor.me));
      const was = await jobs.cancel(id, (tx) =>
        audit.note(tx, {
          ...by(actor, actor.me),
          action: 'jobs.cancel',
          target: { kind: 'job', id, name: job.kind },
          before: { state: job.state },
          after: { state: 'cancelled' },
        }),
      );
      if (!was) throw new AppError('conflict', 'The job is over already.');
      return null;
    },
  };
}
export type JobsService = ReturnType<typeof createJobsService>;

function seenBy(me: Me): JobScope {
  return can(me, 'vault.read') ? 'all' : { ownerId: me.id };
}

function changedBy(me: Me): JobScope {
  return can(me, 'vault.write') ? 'all' : { ownerId: me.id };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function cursorOf(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  if (UUID.test(cursor)) return cursor;
  throw new AppError('bad_request', 'Begin with the first page again.', { param: 'cursor' });
}

function numberOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor);
  throw new AppError('bad_request', 'Begin with the first page again.', { param: 'cursor' });
}

function toView({ createdAt, endedAt, input, startedAt, ...job }: JobRow): JobView {
  const { undoUntil } = input;
  return {
    ...job,
    undoUntil: typeof undoUntil === 'string' ? undoUntil : null,
    createdAt: createdAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
  };
}

function toItem({ name, number, result, state }: ItemRow) {
  return { number, name, state, code: result?.code ?? '', text: result?.text ?? '' };
}
