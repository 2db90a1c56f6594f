import { z } from 'zod';
import { Id, PageInput, Timestamp } from './common.ts';

/** Why the last refresh brought no token; see docs/vault.md. */
export const VaultFailure = z.enum([
  'invalid',
  'reused',
  'revoked',
  'client',
  'transient',
  'rate_limited',
  'proxy',
]);
export type VaultFailure = z.infer<typeof VaultFailure>;

/** Failures that only another refresh token ends. */
export const FINAL_FAILURES: ReadonlySet<VaultFailure> = new Set(['invalid', 'reused', 'revoked']);

const Part = (most: number) => z.string().trim().max(most);

/** What the list is narrowed to. All that is named has to fit; texts are found anywhere inside. */
export const VaultFilter = z.strictObject({
  ownerId: Id.optional(),
  platformId: Part(60).optional(),
  bizId: Part(255).optional(),
  email: Part(255).optional(),
  tag: Part(60).optional(),
  plan: Part(60).optional(),
  /** False = switched off by a person. */
  enabled: z.boolean().optional(),
  failure: VaultFailure.optional(),
  /** Null = none. */
  proxyId: Id.nullable().optional(),
  clientId: Id.nullable().optional(),
  createdFrom: Timestamp.optional(),
  createdBefore: Timestamp.optional(),
  /** When the access token ends. */
  expiresFrom: Timestamp.optional(),
  expiresBefore: Timestamp.optional(),
  /** When it is refreshed next by itself. */
  refreshFrom: Timestamp.optional(),
  refreshBefore: Timestamp.optional(),
});
export type VaultFilter = z.infer<typeof VaultFilter>;

export const VaultSort = z.enum([
  'number',
  'bizId',
  'email',
  'userName',
  'plan',
  'owner',
  'refreshed',
  'next',
  'expires',
]);
export type VaultSort = z.infer<typeof VaultSort>;

export const VaultListInput = PageInput.extend({
  /** Larger pages than elsewhere: whoever goes to the end reads tens of thousands of rows. */
  limit: z.int().min(1).max(1_000).default(50),
  filter: VaultFilter.default({}),
  sort: VaultSort.default('number'),
  descending: z.boolean().default(true),
});
export type VaultListInput = z.infer<typeof VaultListInput>;

const Named = z.object({ id: Id, name: z.string() });

/** An account of the vault, without any token. */
export const VaultView = z.object({
  id: Id,
  number: z.int(),
  bizId: z.string(),
  /** What the account is called among those of its owner at the platform. */
  name: z.string(),
  ownerId: Id,
  ownerName: z.string(),
  platformId: z.string(),
  platformName: z.string(),
  userName: z.string(),
  email: z.string().nullable(),
  plan: z.string(),
  tags: z.array(z.string()),
  memo: z.string(),
  state: z.enum(['active', 'disabled', 'expired', 'cooling', 'exhausted']),
  /** First characters of the SHA-256 of the refresh token. */
  refreshMark: z.string(),
  hasPrevious: z.boolean(),
  hasAccess: z.boolean(),
  accessExpiresAt: Timestamp.nullable(),
  autoRefresh: z.boolean(),
  refreshedAt: Timestamp.nullable(),
  nextRefreshAt: Timestamp.nullable(),
  /** Passing failures in a row. */
  failures: z.int(),
  failure: VaultFailure.nullable(),
  failureText: z.string().nullable(),
  proxy: Named.nullable(),
  client: Named.nullable(),
  hasUserInfo: z.boolean(),
  hasAccountInfo: z.boolean(),
  createdAt: Timestamp,
  /** Whether whoever asks may change it. */
  mayChange: z.boolean(),
});
export type VaultView = z.infer<typeof VaultView>;

export const VaultPage = z.object({
  rows: z.array(VaultView),
  /** Of all that fit, on every page. */
  total: z.int(),
  nextCursor: z.string().nullable(),
});
export type VaultPage = z.infer<typeof VaultPage>;

/** What the platform told of the person and the account, as it told it. */
export const VaultDetail = VaultView.extend({
  userInfo: z.json().nullable(),
  accountInfo: z.json().nullable(),
});
export type VaultDetail = z.infer<typeof VaultDetail>;

export const VaultTags = z.array(z.string().trim().min(1).max(60)).max(20);

export const VaultUpdate = z.object({
  id: Id,
  bizId: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .regex(/^\P{Cc}+$/u, 'no control characters')
    .optional(),
  tags: VaultTags.optional(),
  memo: z.string().max(2_000).optional(),
  /** Null = none. */
  proxyId: Id.nullable().optional(),
  clientId: Id.nullable().optional(),
  autoRefresh: z.boolean().optional(),
  enabled: z.boolean().optional(),
});
export type VaultUpdate = z.infer<typeof VaultUpdate>;

export const VaultReplace = z.object({
  id: Id,
  refreshToken: z
    .string()
    .trim()
    .min(8, 'too short for a token')
    .max(8_000)
    .regex(/^[\x21-\x7e]+$/, 'one token, without spaces or line breaks'),
});
export type VaultReplace = z.infer<typeof VaultReplace>;

export const VaultHistoryInput = PageInput.extend({ id: Id });
export type VaultHistoryInput = z.infer<typeof VaultHistoryInput>;

/** One try at refreshing. */
export const VaultEvent = z.object({
  id: Id,
  at: Timestamp,
  /** `schedule`, `lease`, `request`, `person`, `batch` or `journal`. */
  trigger: z.string(),
  /** `rotated`, `kept`, or a failure. */
  outcome: z.string(),
  text: z.string().nullable(),
  /** First characters of the hash of the token before, and of the one that came of it. */
  before: z.string(),
  after: z.string().nullable(),
  durationMs: z.int(),
  actorName: z.string().nullable(),
});
export type VaultEvent = z.infer<typeof VaultEvent>;

export const VaultHistory = z.object({
  rows: z.array(VaultEvent),
  nextCursor: z.string().nullable(),
});
export type VaultHistory = z.infer<typeof VaultHistory>;

/** How a refresh went that somebody asked for. */
export const VaultRefreshed = z.object({
  outcome: z.union([z.literal(['rotated', 'kept']), VaultFailure]),
  text: z.string(),
  expiresAt: Timestamp.nullable(),
});
export type VaultRefreshed = z.infer<typeof VaultRefreshed>;

export const VaultInfoAsk = z.object({ id: Id, which: z.enum(['user', 'account']) });
export type VaultInfoAsk = z.infer<typeof VaultInfoAsk>;

export const VaultRevealed = z.object({ token: z.string() });
export type VaultRevealed = z.infer<typeof VaultRevealed>;

/** What an account may be given, by name. */
export const VaultChoices = z.object({
  proxies: z.array(Named.extend({ enabled: z.boolean() })),
  clients: z.array(Named.extend({ platformId: z.string() })),
  /** Those that accounts of the vault are at. */
  platforms: z.array(z.object({ id: z.string(), name: z.string() })),
});
export type VaultChoices = z.infer<typeof VaultChoices>;

/** When tokens are refreshed by themselves. */
export const VaultSchedule = z.object({
  autoRefresh: z.boolean(),
  /** Between refreshes of tokens whose end is not known. */
  intervalDays: z.int().min(1).max(30),
  /** Part of a token's life that is left when it is refreshed. */
  leadPercent: z.int().min(1).max(90),
  leadMinutes: z.int().min(1).max(1_440),
  /** How many one server refreshes at once. */
  concurrency: z.int().min(1).max(64),
});
export type VaultSchedule = z.infer<typeof VaultSchedule>;

/** At most six weeks, so that a month's grid is one answer. */
export const VaultCalendarInput = z.object({
  from: Timestamp,
  before: Timestamp,
  /** IANA name of the zone whose days are counted. */
  zone: z.string().max(64),
});
export type VaultCalendarInput = z.infer<typeof VaultCalendarInput>;

export const VaultCalendar = z.array(
  z.object({
    /** YYYY-MM-DD. */
    day: z.string(),
    /** Access tokens that end that day. */
    expires: z.int(),
    /** Refreshes that are due that day. */
    refreshes: z.int(),
  }),
);
export type VaultCalendar = z.infer<typeof VaultCalendar>;
