import { z } from 'zod';
import { Id, Micros, PageInput, Timestamp } from './common.ts';
import { Operation } from './platforms.ts';

export const OutcomeFilter = z.enum(['ok', 'failed', 'aborted']);

/** What a request asked for: a chat, a count of its tokens, or something that is forwarded only. */
export const UsageOperation = z.enum(['chat', 'count', ...Operation.options]);
export type UsageOperation = z.infer<typeof UsageOperation>;

/** Members see their own records whatever they ask; `userId` and `accountId` are for admins. */
export const UsageFilter = z.object({
  from: Timestamp.optional(),
  to: Timestamp.optional(),
  model: z.string().max(120).optional(),
  keyId: Id.optional(),
  userId: Id.optional(),
  accountId: Id.optional(),
  outcome: OutcomeFilter.optional(),
  operation: UsageOperation.optional(),
});
export type UsageFilter = z.infer<typeof UsageFilter>;

export const UsageListInput = PageInput.extend({ filter: UsageFilter.default({}) });
export type UsageListInput = z.infer<typeof UsageListInput>;

export const UsageRow = z.object({
  id: Id,
  createdAt: Timestamp,
  userName: z.string(),
  /** Null when asked from the playground. */
  keyName: z.string().nullable(),
  /** One of UsageOperation, unless a newer version wrote it. */
  operation: z.string(),
  model: z.string(),
  platformId: z.string().nullable(),
  stream: z.boolean(),
  /** `ok`, `aborted`, or an error code. */
  outcome: z.string(),
  status: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  /** What was counted besides tokens: a number of `image`, `second`, `character` or `search`; may be a fraction. */
  units: z.object({ unit: z.string(), amount: z.number() }).nullable(),
  estimated: z.boolean(),
  cost: Micros.nullable(),
  latencyMs: z.int(),
  firstTokenMs: z.int().nullable(),
});
export type UsageRow = z.infer<typeof UsageRow>;

export const UsagePage = z.object({
  rows: z.array(UsageRow),
  nextCursor: z.string().nullable(),
});
export type UsagePage = z.infer<typeof UsagePage>;

export const UsageDetail = UsageRow.extend({
  door: z.string(),
  upstreamModel: z.string().nullable(),
  /** Null for a member who does not own the account: its owner's identity is not theirs to see. */
  accountName: z.string().nullable(),
  attempts: z.int(),
  cachedTokens: z.int(),
  cacheWriteTokens: z.int(),
  reasoningTokens: z.int(),
  error: z.string().nullable(),
});
export type UsageDetail = z.infer<typeof UsageDetail>;

export const SummaryRange = z.enum(['hour', 'day', 'week', 'month']);
export type SummaryRange = z.infer<typeof SummaryRange>;

export const SummaryInput = z.object({
  range: SummaryRange.default('day'),
  /** Admins may look at everybody (`all`); members always see their own. */
  scope: z.enum(['mine', 'all']).default('mine'),
});
export type SummaryInput = z.infer<typeof SummaryInput>;

const Figures = z.object({
  requests: z.int(),
  errors: z.int(),
  inputTokens: z.int(),
  /** Part of inputTokens. */
  cacheWriteTokens: z.int(),
  outputTokens: z.int(),
  cost: Micros,
  latencyP50Ms: z.int().nullable(),
  latencyP95Ms: z.int().nullable(),
  firstTokenP50Ms: z.int().nullable(),
});

/** Totals, the same over time in steps with empty ones included, and the busiest models. */
export const Summary = z.object({
  /** Whose days the steps of a month are; an IANA name. */
  zone: z.string(),
  totals: Figures,
  series: z.array(Figures.extend({ at: Timestamp })),
  models: z.array(
    z.object({ model: z.string(), requests: z.int(), tokens: z.int(), cost: Micros }),
  ),
});
export type Summary = z.infer<typeof Summary>;

/** What statistics tell apart: each its own row. */
export const StatisticsBy = z.enum(['model', 'user', 'key', 'account', 'platform', 'day', 'hour']);
export type StatisticsBy = z.infer<typeof StatisticsBy>;

/** The longest time that is shown hour by hour. */
const HOURLY_DAYS = 7;

export const StatisticsInput = z
  .object({
    by: StatisticsBy,
    /** So many days of the server's zone, today included. */
    days: z.int().min(1).max(400).default(30),
    /** Admins may look at everybody (`all`); members always see their own. */
    scope: z.enum(['mine', 'all']).default('all'),
  })
  .refine(({ by, days }) => by !== 'hour' || days <= HOURLY_DAYS, {
    path: ['days'],
    message: `by hour at most ${HOURLY_DAYS} days are shown`,
  });
export type StatisticsInput = z.infer<typeof StatisticsInput>;

const StatisticsFigures = Figures.extend({
  aborted: z.int(),
  cachedTokens: z.int(),
  reasoningTokens: z.int(),
});

export const Statistics = z.object({
  /** Whose midnight ends a day. */
  zone: z.string(),
  from: Timestamp,
  to: Timestamp,
  rows: z.array(
    StatisticsFigures.extend({
      /**
       * An id, a model or platform, or a time (ISO). Null = none: asked from the playground, answered
       * by no account, or by accounts of others.
       */
      id: z.string().nullable(),
      /** As people call it; null where `id` is, a dash for what was deleted. */
      name: z.string().nullable(),
    }),
  ),
  totals: StatisticsFigures,
  /** Whether rows with fewer requests were left out. */
  cut: z.boolean(),
});
export type Statistics = z.infer<typeof Statistics>;

/** What an export holds: the list's filters, and how it is written. */
export const UsageExportQuery = UsageFilter.extend({
  format: z.enum(['csv', 'ndjson']).default('csv'),
});
export type UsageExportQuery = z.infer<typeof UsageExportQuery>;
