import { z } from 'zod';
import { Id, Micros, PageInput, Timestamp } from './common.ts';

export const OutcomeFilter = z.enum(['ok', 'failed', 'aborted']);

/** Members see their own records whatever they ask; `userId` and `accountId` are for admins. */
export const UsageFilter = z.object({
  from: Timestamp.optional(),
  to: Timestamp.optional(),
  model: z.string().max(120).optional(),
  keyId: Id.optional(),
  userId: Id.optional(),
  accountId: Id.optional(),
  outcome: OutcomeFilter.optional(),
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
  model: z.string(),
  platformId: z.string().nullable(),
  stream: z.boolean(),
  /** `ok`, `aborted`, or an error code. */
  outcome: z.string(),
  status: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
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
  outputTokens: z.int(),
  cost: Micros,
  latencyP50Ms: z.int().nullable(),
  latencyP95Ms: z.int().nullable(),
  firstTokenP50Ms: z.int().nullable(),
});

/** Totals, the same over time in equal steps with empty ones included, and the busiest models. */
export const Summary = z.object({
  totals: Figures,
  series: z.array(Figures.extend({ at: Timestamp })),
  models: z.array(
    z.object({ model: z.string(), requests: z.int(), tokens: z.int(), cost: Micros }),
  ),
});
export type Summary = z.infer<typeof Summary>;
