import type { Pool } from 'pg';
import { z } from 'zod';
import { arrayText } from '../../infra/postgres/array-text.ts';
import type { ItemOutcome, JobWork, RunningJob } from './job-kind.ts';

/** A turn at a job: whoever lost it writes nothing any more. */
export type Claim = { token: string; until: Date; now: Date };

const JobLine = z.object({
  id: z.string(),
  kind: z.string(),
  owner_id: z.string().nullable(),
  input: z.record(z.string(), z.unknown()).catch({}),
  created_at: z.date(),
});
const Waiting = z.object({ id: z.string(), kind: z.string(), owner_id: z.string().nullable() });
const Work = z.object({ number: z.int(), name: z.string(), input: z.string() });
const Counted = z.object({ code: z.string(), n: z.coerce.number() });

/** The oldest job of each owner and kind that nobody works on. */
const CLAIMABLE = `SELECT DISTINCT ON (kind, owner_id) id, kind, owner_id FROM jobs
  WHERE state IN ('waiting', 'running') AND kind = ANY($1::text[])
    AND (claimed_until IS NULL OR claimed_until <= $2)
  ORDER BY kind, owner_id, id`;

const CLAIM = `UPDATE jobs SET state = 'running', claimed_by = $2, claimed_until = $3,
    started_at = COALESCE(started_at, $4)
  WHERE id = (SELECT id FROM jobs WHERE id = $1 AND state IN ('waiting', 'running')
    AND (claimed_until IS NULL OR claimed_until <= $4) FOR UPDATE SKIP LOCKED)
  RETURNING id, kind, owner_id, input, created_at`;

/**
 * Writes what came of things, once each, and counts them in the same statement. What was under way
 * when the job was cancelled is told as it is, and not as skipped.
 */
const END_ITEMS = `WITH mine AS (
    SELECT id, state FROM jobs
    WHERE id = $1 AND claimed_by = $2 AND state IN ('running', 'cancelled') FOR UPDATE),
  ended AS (
    UPDATE job_items i SET state = v.state, result = v.result::jsonb, input = '', ended_at = $3
    FROM mine, unnest($4::int[], $5::text[], $6::text[]) v(number, state, result)
    WHERE i.job_id = mine.id AND i.number = v.number
      AND (i.state = 'waiting' OR mine.state = 'cancelled' AND i.result->>'code' = 'cancelled')
    RETURNING i.state),
  counted AS (
    SELECT count(*) FILTER (WHERE state = 'done') AS done,
      count(*) FILTER (WHERE state = 'failed') AS failed,
      count(*) FILTER (WHERE state = 'skipped') AS skipped, count(*) AS total FROM ended)
  UPDATE jobs j SET done = j.done + c.done, failed = j.failed + c.failed,
    skipped = j.skipped + c.skipped - CASE WHEN mine.state = 'cancelled' THEN c.total ELSE 0 END
  FROM counted c, mine WHERE j.id = mine.id RETURNING j.state = 'running' AS running`;

/** What servers that work on jobs ask of the database. */
export function createQueueRepo(pool: Pool) {
  return {
    /** Jobs of these kinds that wait for a server: one of each owner and kind. */
    async claimable(kinds: readonly string[], now: Date) {
      const { rows } = await pool.query(CLAIMABLE, [kinds, now]);
      return z
        .array(Waiting)
        .parse(rows)
        .map(({ id, kind, owner_id }) => ({ id, kind, ownerId: owner_id }));
    },

    /** Null when another server was faster. */
    async claim(id: string, { now, token, until }: Claim): Promise<RunningJob | null> {
      const { rows } = await pool.query(CLAIM, [id, token, until, now]);
      const row = JobLine.optional().parse(rows[0]);
      return row
        ? {
            id: row.id,
            kind: row.kind,
            ownerId: row.owner_id,
            input: row.input,
            createdAt: row.created_at,
          }
        : null;
    },

    /** Returns false when the turn was lost, or the job cancelled. */
    async prolong(id: string, token: string, until: Date): Promise<boolean> {
      const { rowCount } = await pool.query(
        `UPDATE jobs SET claimed_until = $3
         WHERE id = $1 AND claimed_by = $2 AND state = 'running'`,
        [id, token, until],
      );
      return rowCount === 1;
    },

    /** Gives a turn back; another server may take the job from then on. */
    async release(id: string, token: string, from: Date | null): Promise<void> {
      await pool.query(
        `UPDATE jobs SET claimed_by = NULL, claimed_until = $3 WHERE id = $1 AND claimed_by = $2`,
        [id, token, from],
      );
    },

    async work(jobId: string, after: number, limit: number): Promise<JobWork[]> {
      const { rows } = await pool.query(
        `SELECT number, name, input FROM job_items
         WHERE job_id = $1 AND number > $2 AND state = 'waiting' ORDER BY number LIMIT $3`,
        [jobId, after, limit],
      );
      return z.array(Work).parse(rows);
    },

    /** Returns false when the turn was lost, and nothing was written, or the job cancelled. */
    async endItems(
      jobId: string,
      token: string,
      ended: { at: Date; outcomes: readonly ItemOutcome[] },
    ): Promise<boolean> {
      const { at, outcomes } = ended;
      const { rows } = await pool.query<{ running: boolean }>(END_ITEMS, [
        ...[jobId, token, at, arrayText(outcomes.map(({ number }) => number))],
        arrayText(outcomes.map(({ state }) => state)),
        arrayText(outcomes.map(({ code, ref, text }) => JSON.stringify({ code, ref, text }))),
      ]);
      return rows[0]?.running === true;
    },

    /** How many ended with which code. */
    async countCodes(jobId: string): Promise<Record<string, number>> {
      const { rows } = await pool.query(
        `SELECT COALESCE(result->>'code', '') AS code, count(*) AS n FROM job_items
         WHERE job_id = $1 GROUP BY 1`,
        [jobId],
      );
      return Object.fromEntries(
        z
          .array(Counted)
          .parse(rows)
          .map(({ code, n }) => [code, n]),
      );
    },

    /** Ends the job. Returns false when the turn was lost, or the job cancelled. */
    async end(
      jobId: string,
      token: string,
      ending: {
        state: 'done' | 'failed';
        at: Date;
        report: Readonly<Record<string, number>>;
        error: string | null;
      },
    ): Promise<boolean> {
      const { at, error, report, state } = ending;
      const { rowCount } = await pool.query(
        `WITH over AS (
           UPDATE jobs SET state = $3, ended_at = $4, report = $5::jsonb, error = $6,
             claimed_by = NULL, claimed_until = NULL
           WHERE id = $1 AND claimed_by = $2 AND state = 'running' RETURNING id),
         wiped AS (
           UPDATE job_items i SET input = '' FROM over WHERE i.job_id = over.id AND i.input <> '')
         SELECT id FROM over`,
        [jobId, token, state, at, JSON.stringify(report), error],
      );
      return rowCount === 1;
    },
  };
}
export type QueueRepo = ReturnType<typeof createQueueRepo>;
