import { z } from 'zod';
import { Id, PageInput, Timestamp } from './common.ts';

/** How a job stands. One that waits or runs goes on whatever happens to the page or the server. */
export const JobState = z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']);
export type JobState = z.infer<typeof JobState>;

/** How one thing of a job stands. */
export const JobItemState = z.enum(['waiting', 'done', 'failed', 'skipped']);
export type JobItemState = z.infer<typeof JobItemState>;

export const JobView = z.object({
  id: Id,
  /** e.g. `vault.import`. */
  kind: z.string(),
  /** Null = the server's own. */
  ownerId: Id.nullable(),
  ownerName: z.string(),
  state: JobState,
  total: z.int(),
  done: z.int(),
  failed: z.int(),
  skipped: z.int(),
  /** How many ended with which code, once it is over. */
  report: z.record(z.string(), z.int()),
  error: z.string().nullable(),
  /** Until when what it deleted may be brought back. */
  undoUntil: Timestamp.nullable(),
  createdAt: Timestamp,
  startedAt: Timestamp.nullable(),
  endedAt: Timestamp.nullable(),
});
export type JobView = z.infer<typeof JobView>;

export const JobPage = z.object({ rows: z.array(JobView), nextCursor: z.string().nullable() });
export type JobPage = z.infer<typeof JobPage>;

export const JobItemView = z.object({
  number: z.int(),
  name: z.string(),
  state: JobItemState,
  /** What came of it in one word, e.g. `created`, `known`, `token_reused`. */
  code: z.string(),
  /** More about it, for a person; empty when there is nothing to add. */
  text: z.string(),
});
export type JobItemView = z.infer<typeof JobItemView>;

export const JobItemPage = z.object({
  rows: z.array(JobItemView),
  nextCursor: z.string().nullable(),
});
export type JobItemPage = z.infer<typeof JobItemPage>;

export const JobItemsInput = PageInput.extend({
  id: Id,
  state: JobItemState.optional(),
  /** Their names are short, so a whole report takes few pages. */
  limit: z.int().min(1).max(2_000).default(50),
});
export type JobItemsInput = z.infer<typeof JobItemsInput>;
