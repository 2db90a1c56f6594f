import { z } from 'zod';
import { Id, Micros, PageInput, Timestamp, TokensPerDay } from './common.ts';
import { PlatformId } from './platforms.ts';

export const AccountState = z.enum(['active', 'disabled', 'expired', 'cooling', 'exhausted']);
export type AccountState = z.infer<typeof AccountState>;

/** How the built-in sandbox answers, so that limits and failover can be rehearsed. */
export const SandboxOptions = z.object({
  /** Wait before the first token. */
  latencyMs: z.int().min(0).max(60_000).optional(),
  /** Pause between two tokens. */
  tokenMs: z.int().min(0).max(5_000).optional(),
  /** Share of requests that fail, 0 to 1. */
  errorRate: z.number().min(0).max(1).optional(),
  /** Status of those failures. */
  errorStatus: z.union([z.literal(401), z.literal(429), z.literal(500), z.literal(503)]).optional(),
});
export type SandboxOptions = z.infer<typeof SandboxOptions>;

/** Why an account is not active; `person`: somebody switched it off. */
export const AccountCause = z.enum([
  'burst',
  'quota',
  'server',
  'network',
  'credential',
  'forbidden',
  'person',
]);
export type AccountCause = z.infer<typeof AccountCause>;

/** What the platform's terms allow. A personal account serves its owner only, unless an admin allows more. */
export const PolicyClass = z.enum(['api_key', 'organisation', 'personal']);
export type PolicyClass = z.infer<typeof PolicyClass>;

const ModelNames = z.array(z.string().min(1).max(200)).max(1_000);

const MinuteOfDay = z.int().min(0).max(1_439);

/** What a lender allows others. The lender is under none of it. */
export const Loan = z.object({
  /** Whom it is lent to; empty = everyone. */
  users: z.array(Id).max(1_000).default([]),
  /** Public model names; empty = every model. */
  models: ModelNames.default([]),
  /** Minutes from 00:00 of the server's QUOTA_ZONE; an end before its beginning lies on the next day. */
  hours: z.object({ from: MinuteOfDay, to: MinuteOfDay }).nullable().default(null),
  /** Tokens a day that all others together may use; null = no limit. */
  tokensPerDay: TokensPerDay.nullable().default(null),
});
export type Loan = z.infer<typeof Loan>;

export const NO_LOAN: Loan = { users: [], models: [], hours: null, tokensPerDay: null };

/** Requests at once on one server; null = any number. */
export const MaxConcurrency = z.int().min(1).max(10_000).nullable();

/** A model of an account that rests while the account itself serves others. */
export const RestingModel = z.object({
  /** The platform's name of the model, or of a group that shares one quota. */
  model: z.string(),
  state: AccountState,
  cause: AccountCause.nullable(),
  since: Timestamp,
  until: Timestamp.nullable(),
});
export type RestingModel = z.infer<typeof RestingModel>;

export const AccountView = z.object({
  id: Id,
  platformId: z.string(),
  platformName: z.string(),
  name: z.string(),
  ownerId: Id,
  ownerName: z.string(),
  /** Whether the caller may change it: the owner and admins. */
  mine: z.boolean(),
  shared: z.boolean(),
  /** Lent in vain: a personal account, and lending those of its platform is not allowed now. */
  paused: z.boolean(),
  state: AccountState,
  /** When an account that cools or is exhausted returns. */
  coolingUntil: Timestamp.nullable(),
  /** Null while it is active. */
  cause: AccountCause.nullable(),
  /** Since when it is in its state. */
  since: Timestamp,
  resting: z.array(RestingModel),
  /** Requests it has running on this server, and at most. */
  busy: z.int(),
  most: z.int().nullable(),
  /** Part of its limits that is left, 0 to 1; null = the platform did not tell lately. */
  remaining: z.number().nullable(),
  policyClass: PolicyClass,
  /** The terms others are under; null for others. They count while `shared`. */
  loan: Loan.nullable(),
  /** Public names of models that it serves to nobody, its owner included; empty for others. */
  modelsOff: z.array(z.string()),
  /** The server's QUOTA_ZONE: whose clock the hours of a loan go by. */
  zone: z.string(),
  /** Tokens that others used today, where the loan has a limit. */
  lentToday: z.number(),
  /** e.g. `…9f2c`; empty where there is no secret. */
  secretHint: z.string(),
  options: SandboxOptions,
  lastError: z.string().nullable(),
  lastErrorAt: Timestamp.nullable(),
  lastUsedAt: Timestamp.nullable(),
  createdAt: Timestamp,
});
export type AccountView = z.infer<typeof AccountView>;

/** Somebody's only, of those that one may see; without it all of them. */
export const AccountListInput = z.object({ ownerId: Id.optional() }).default({});
export type AccountListInput = z.infer<typeof AccountListInput>;

export const AccountName = z.string().trim().min(1).max(100);
/** No white space or control characters: it becomes a header. */
export const UpstreamKey = z
  .string()
  .trim()
  .min(1)
  .max(4_000)
  .regex(/^[\x21-\x7e]+$/, 'a key has no spaces and only plain characters');

export const AccountCreate = z.object({
  platformId: PlatformId,
  name: AccountName,
  apiKey: UpstreamKey.optional(),
  shared: z.boolean().default(false),
  /** `api_key` unless given. */
  policyClass: PolicyClass.optional(),
  maxConcurrency: MaxConcurrency.optional(),
  /** Without any term unless given. */
  loan: Loan.optional(),
  options: SandboxOptions.default({}),
});
export type AccountCreate = z.infer<typeof AccountCreate>;

export const AccountUpdate = z.object({
  id: Id,
  name: AccountName.optional(),
  /** A new key replaces the old one and revives an expired account. */
  apiKey: UpstreamKey.optional(),
  /** Lends it to others, or withdraws it: at once, but for requests that run already. */
  shared: z.boolean().optional(),
  policyClass: PolicyClass.optional(),
  maxConcurrency: MaxConcurrency.optional(),
  /** Replaces all terms. */
  loan: Loan.optional(),
  /** Replaces the models that are off for it. */
  modelsOff: ModelNames.optional(),
  enabled: z.boolean().optional(),
  options: SandboxOptions.optional(),
});
export type AccountUpdate = z.infer<typeof AccountUpdate>;

/** What a test call found: a short real request to the platform. */
export const AccountTest = z.object({
  ok: z.boolean(),
  latencyMs: z.int(),
  /** Model asked, or null when the platform's model list was fetched instead. */
  model: z.string().nullable(),
  /** The answer's first words, or what went wrong and what to do. */
  message: z.string(),
});
export type AccountTest = z.infer<typeof AccountTest>;

export const UpstreamModels = z.object({ models: z.array(z.string()) });
export type UpstreamModels = z.infer<typeof UpstreamModels>;

export const AccountHistoryInput = PageInput.extend({ id: Id });
export type AccountHistoryInput = z.infer<typeof AccountHistoryInput>;

/** What happened to an account, newest first. */
export const AccountEventView = z.object({
  id: Id,
  at: Timestamp,
  kind: z.enum(['state', 'lent', 'withdrawn', 'terms']),
  state: AccountState.nullable(),
  cause: AccountCause.nullable(),
  until: Timestamp.nullable(),
  /** The platform's name of the model, when only that was concerned. */
  upstreamModel: z.string().nullable(),
  /** Who did it; null = the server itself, or somebody who is gone. */
  actorName: z.string().nullable(),
  /** What the platform said. */
  message: z.string().nullable(),
  /** The terms, of a loan. */
  loan: Loan.nullable(),
});
export type AccountEventView = z.infer<typeof AccountEventView>;

export const AccountHistory = z.object({
  rows: z.array(AccountEventView),
  nextCursor: z.string().nullable(),
});
export type AccountHistory = z.infer<typeof AccountHistory>;

export const AccountUseInput = z.object({
  id: Id,
  from: Timestamp,
  to: Timestamp,
  /** Whether each day is told apart. */
  daily: z.boolean().default(false),
});
export type AccountUseInput = z.infer<typeof AccountUseInput>;

/** Who used an account for what: the latest day first, and of it the most tokens. */
export const AccountUse = z.object({
  rows: z.array(
    z.object({
      /** `YYYY-MM-DD` in the server's zone; null where days are taken together. */
      day: z.string().nullable(),
      userId: Id,
      /** Null when the person is gone. */
      userName: z.string().nullable(),
      model: z.string(),
      requests: z.int(),
      tokens: z.number(),
      cost: Micros,
      lastAt: Timestamp,
    }),
  ),
  /** Whether there were more rows than are sent. */
  cut: z.boolean(),
});
export type AccountUse = z.infer<typeof AccountUse>;

/** Whether personal accounts of a platform may be lent, and who allowed it after reading its terms. */
export const PersonalLending = z.object({
  platformId: PlatformId,
  platformName: z.string(),
  termsUrl: z.string().nullable(),
  allowed: z.object({ by: z.string().nullable(), at: Timestamp }).nullable(),
});
export type PersonalLending = z.infer<typeof PersonalLending>;

export const AllowPersonalLending = z.discriminatedUnion('allowed', [
  z.object({
    platformId: PlatformId,
    allowed: z.literal(true),
    /** The admin confirms having read the platform's terms. */
    termsRead: z.literal(true),
  }),
  z.object({ platformId: PlatformId, allowed: z.literal(false) }),
]);
export type AllowPersonalLending = z.infer<typeof AllowPersonalLending>;
