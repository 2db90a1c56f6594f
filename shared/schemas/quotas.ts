import { z } from 'zod';
import { Id } from './common.ts';

/** Whose use a rule limits. */
export const QuotaSubject = z.enum([
  'user',
  'trust-level',
  'key',
  'model',
  'account',
  'platform',
  'bot',
  'share-link',
]);
export type QuotaSubject = z.infer<typeof QuotaSubject>;

/** What is counted. Days and months begin at 00:00 in the configured zone; costs are in micro-dollars. */
export const QuotaMetric = z.enum([
  'requests-per-minute',
  'tokens-per-minute',
  'tokens-per-day',
  'tokens-per-month',
  'cost-per-day',
  'cost-per-month',
  'concurrency',
]);
export type QuotaMetric = z.infer<typeof QuotaMetric>;

/** How limits are called where they are members of an object: in the set-up file and in forms. */
export const LIMIT_NAMES = {
  rpm: 'requests-per-minute',
  tokensPerMinute: 'tokens-per-minute',
  tokensPerDay: 'tokens-per-day',
  tokensPerMonth: 'tokens-per-month',
  costPerDay: 'cost-per-day',
  costPerMonth: 'cost-per-month',
  concurrency: 'concurrency',
} as const satisfies Record<string, QuotaMetric>;
export type LimitName = keyof typeof LIMIT_NAMES;

/** How far a person is trusted, as communities grade their members. */
export const TrustLevel = z.int().min(0).max(4);
export const TRUST_LEVELS = [0, 1, 2, 3, 4] as const;

/**
 * `id` names the subject: a model by its public name, a platform by its id, a trust level by its
 * digit, others by their uuid. What is set for a trust level is counted for each person by themselves:
 * on the request path it is a rule of the person that says where it comes from.
 */
export const QuotaRule = z.object({
  subject: QuotaSubject,
  id: z.string().min(1).max(120),
  metric: QuotaMetric,
  limit: z.int().min(0).max(9_000_000_000_000_000),
  /** The person has it for their trust level, and not by themselves. */
  trustLevel: TrustLevel.optional(),
});
export type QuotaRule = z.infer<typeof QuotaRule>;

/** A rule and how much of it is taken now. */
export const QuotaState = QuotaRule.extend({
  used: z.int(),
  held: z.int(),
  /** When it starts anew; null = as soon as a running request ends. */
  resetsAt: z.iso.datetime().nullable(),
});
export type QuotaState = z.infer<typeof QuotaState>;

/** All rules of one subject; a metric left out has none. */
export const QuotaRulesSet = z.object({
  subject: QuotaSubject,
  id: z.string().min(1).max(120),
  rules: z.array(z.object({ metric: QuotaMetric, limit: QuotaRule.shape.limit })).max(7),
});
export type QuotaRulesSet = z.infer<typeof QuotaRulesSet>;

/** A person's own limits and those of their keys, the fullest keys first. */
export const MyLimits = z.object({
  /** IANA name of the zone whose days and months count. */
  zone: z.string(),
  own: z.array(QuotaState),
  keys: z.array(z.object({ id: Id, name: z.string(), limits: z.array(QuotaState) })),
  /** Keys with limits that were left out: those that were not used for longest. */
  more: z.int(),
});
export type MyLimits = z.infer<typeof MyLimits>;

/** What rules would have done to yesterday's requests. */
export const QuotaPreview = z.object({
  requests: z.int(),
  refused: z.int(),
  /** The first few that would have been refused. */
  examples: z.array(z.object({ requestId: Id, at: z.iso.datetime(), metric: QuotaMetric })),
});
export type QuotaPreview = z.infer<typeof QuotaPreview>;

/** What the gate saw of a rule when it was asked. Times are epoch ms; null = when a running request ends. */
export type QuotaLook = QuotaRule & {
  used: number;
  held: number;
  asked: number;
  resetsAt: number | null;
  /** True for the rule that refused. */
  decided: boolean;
};
