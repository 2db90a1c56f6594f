import { z } from 'zod';
import { Id, Timestamp } from './common.ts';
import { UsageDetail } from './usage.ts';

/** Accounts that were not considered, by reason: how many, and when the first of them returns. */
const Skips = z.object({
  /** One of `cooling exhausted expired busy terms credit quota unfit`, unless a newer version wrote it. */
  reason: z.string(),
  count: z.int(),
  until: Timestamp.nullable(),
});

/** A limit that was looked at. */
const Limit = z.object({
  subject: z.string(),
  /** The model or platform it is about, or an account the viewer may see; null = no name to show. */
  name: z.string().nullable(),
  metric: z.string(),
  limit: z.number(),
  used: z.number(),
  held: z.number(),
  /** What this request would have added. */
  asked: z.number(),
  /** Null = as soon as a running request ends. */
  resetsAt: Timestamp.nullable(),
  /** True for the one that refused. */
  decided: z.boolean(),
  /** A person's limit that they have for their trust level. */
  trustLevel: z.number().optional(),
});

const Attempt = z.object({
  platformId: z.string(),
  upstreamModel: z.string(),
  startedAt: Timestamp,
  ms: z.number(),
  outcome: z.string(),
  /** Both null for an account the viewer may not see. */
  accountName: z.string().nullable(),
  message: z.string().nullable(),
});

/** An account that the viewer may see, and what was made of it. */
const SeenAccount = z.object({
  accountName: z.string(),
  platformId: z.string(),
  /** Null = it was among those to try. */
  skipped: z.string().nullable(),
  until: Timestamp.nullable(),
});

export const WhyTrace = z.object({
  limits: z.array(Limit),
  /** How many accounts could have served it. */
  candidates: z.int(),
  skips: z.array(Skips),
  /** Whether the conversation stayed with its account. */
  affinity: z.enum(['none', 'kept', 'moved']),
  /** Wait for a free account, and how many requests were ahead; null = none. */
  waited: z.object({ ms: z.number(), ahead: z.number() }).nullable(),
  attempts: z.array(Attempt),
  /** Members of the request that the platform did not get. */
  dropped: z.array(z.string()),
  /** Of all accounts for admins, else of the viewer’s own. */
  accounts: z.array(SeenAccount),
});
export type WhyTrace = z.infer<typeof WhyTrace>;

/** What became of one request, for the one who asked it or an admin. */
export const WhyView = z.object({
  id: Id,
  createdAt: Timestamp,
  door: z.string(),
  /** Null when the request was not understood. */
  asked: z.object({ operation: z.string(), model: z.string(), stream: z.boolean() }).nullable(),
  /** `ok`, `aborted`, or an error code. */
  outcome: z.string(),
  error: z.string().nullable(),
  /** The member of the request at fault. */
  param: z.string().nullable(),
  /** From when the same request may succeed. */
  retryAt: Timestamp.nullable(),
  /** Null for a moment, until the record is written. */
  usage: UsageDetail.nullable(),
  /** Null when the details were too old, or lost under pressure. */
  trace: WhyTrace.nullable(),
  /** For how many days such details are kept. */
  keptDays: z.int(),
});
export type WhyView = z.infer<typeof WhyView>;

/** For how many days it is kept how requests came about; 0 = not at all, and pages tell no more than records. */
export const WhyKept = z.object({ days: z.int() });
export type WhyKept = z.infer<typeof WhyKept>;
