import { z } from 'zod';
import { Id, PageInput, Timestamp } from './common.ts';

/** What people are told of. */
export const ALERT_KINDS = [
  /** An account's credential ended and no try of ours can bring it back. */
  'account.expired',
  /** Refreshing an account's token failed several times in a row, for a passing reason. */
  'refresh.failing',
  /** A limit is nearly used up. */
  'quota.90',
  /** Many requests of a model, platform or account failed in the last minutes. */
  'error-rate',
  'disk.low',
  /** Our clock and that of PostgreSQL or Redis are apart. */
  'clock.skew',
  'proxy.down',
  /** Requests are counted, and their records do not reach the database. */
  'usage.behind',
  'mail.failing',
  /** A person was not provisioned at the Plug-in API. */
  'provisioning.failed',
] as const;
export const AlertKind = z.enum(ALERT_KINDS);
export type AlertKind = z.infer<typeof AlertKind>;

/** From the least to the worst. */
export const ALERT_SEVERITIES = ['info', 'warning', 'critical'] as const;
export const AlertSeverity = z.enum(ALERT_SEVERITIES);
export type AlertSeverity = z.infer<typeof AlertSeverity>;

/** What an alert is about. */
export const AlertSubjectKind = z.enum([
  'account',
  'user',
  'key',
  'platform',
  'model',
  'proxy',
  'server',
]);
export type AlertSubjectKind = z.infer<typeof AlertSubjectKind>;

/** Figures and names that its words are made of. Never a secret: they are shown and sent away. */
export const AlertFacts = z.record(
  z.string().max(40),
  z.union([z.string().max(500), z.number(), z.boolean(), z.null()]),
);
export type AlertFacts = z.infer<typeof AlertFacts>;

/** How bad each is unless it is set otherwise. */
export const USUAL_SEVERITY: Readonly<Record<AlertKind, AlertSeverity>> = {
  'account.expired': 'critical',
  'refresh.failing': 'warning',
  'quota.90': 'warning',
  'error-rate': 'critical',
  'disk.low': 'critical',
  'clock.skew': 'warning',
  'proxy.down': 'critical',
  'usage.behind': 'critical',
  'mail.failing': 'warning',
  'provisioning.failed': 'warning',
};

const usual = (kind: AlertKind) =>
  z
    .object({
      on: z.boolean().default(true),
      severity: AlertSeverity.default(USUAL_SEVERITY[kind]),
    })
    .prefault({});

/** Which kinds are told, how bad each is, and from when on. */
export const AlertSettings = z.object({
  kinds: z
    .object({
      'account.expired': usual('account.expired'),
      'refresh.failing': usual('refresh.failing'),
      'quota.90': usual('quota.90'),
      'error-rate': usual('error-rate'),
      'disk.low': usual('disk.low'),
      'clock.skew': usual('clock.skew'),
      'proxy.down': usual('proxy.down'),
      'usage.behind': usual('usage.behind'),
      'mail.failing': usual('mail.failing'),
      'provisioning.failed': usual('provisioning.failed'),
    })
    .prefault({}),
  /** Refreshes in a row. */
  refreshFailures: z.int().min(1).max(100).default(5),
  /** Percent of a limit. */
  quotaPercent: z.int().min(1).max(100).default(90),
  /** Percent of the requests of five minutes. */
  errorPercent: z.int().min(1).max(100).default(50),
  /** Fewer requests than that say nothing. */
  errorLeast: z.int().min(1).max(1_000_000).default(20),
  diskFreeMb: z.int().min(1).max(10_000_000).default(2_048),
  clockSkewMs: z.int().min(100).max(3_600_000).default(2_000),
  usageBehindSeconds: z.int().min(10).max(86_400).default(60),
  /** Mails in a row. */
  mailFailures: z.int().min(1).max(50).default(3),
  provisioningTries: z.int().min(1).max(100).default(3),
});
export type AlertSettings = z.infer<typeof AlertSettings>;

export const AlertView = z.object({
  id: Id,
  /** One of AlertKind, unless a newer version wrote it. */
  kind: z.string(),
  severity: AlertSeverity,
  subjectKind: z.string(),
  subjectId: z.string(),
  facts: AlertFacts,
  /** How often it happened while it was open. */
  count: z.int(),
  firstAt: Timestamp,
  lastAt: Timestamp,
  resolvedAt: Timestamp.nullable(),
  /** By who asks. */
  read: z.boolean(),
});
export type AlertView = z.infer<typeof AlertView>;

export const AlertListInput = PageInput.extend({
  state: z.enum(['all', 'open', 'unread']).default('all'),
  kind: AlertKind.optional(),
  severity: AlertSeverity.optional(),
});
export type AlertListInput = z.infer<typeof AlertListInput>;

export const AlertPage = z.object({ rows: z.array(AlertView), nextCursor: z.string().nullable() });
export type AlertPage = z.infer<typeof AlertPage>;

/** What the bell shows; counts stop at 100. */
export const UnreadAlerts = z.object({ count: z.int(), worst: AlertSeverity.nullable() });
export type UnreadAlerts = z.infer<typeof UnreadAlerts>;

export const MarkRead = z.object({ ids: z.array(Id).min(1).max(200) });
export type MarkRead = z.infer<typeof MarkRead>;

// ── channels ────────────────────────────────────────────────────────────────────────────────────

export const CHANNEL_KINDS = [
  'mail',
  'webhook',
  'feishu',
  'wecom',
  'dingtalk',
  'slack',
  'telegram',
] as const;
export const ChannelKind = z.enum(CHANNEL_KINDS);
export type ChannelKind = z.infer<typeof ChannelKind>;

export const AlertLanguage = z.enum(['en', 'zh']);
export type AlertLanguage = z.infer<typeof AlertLanguage>;

const MinuteOfDay = z.int().min(0).max(1_439);

/** Where a channel leads. What is left empty when one is changed stays as it is. */
export const ChannelTarget = z.object({
  /** Of all but mail; of Telegram the address of its API. */
  url: z.string().trim().max(2_000).default(''),
  /** What is signed with; of Telegram the bot's token. */
  secret: z.string().trim().max(500).default(''),
  /** Of mail. */
  to: z.array(z.email().max(254)).max(20).default([]),
  /** Of Telegram. */
  chatId: z.string().trim().max(100).default(''),
});
export type ChannelTarget = z.infer<typeof ChannelTarget>;

const channelFacts = {
  name: z.string().trim().min(1).max(80),
  /** None = all. */
  kinds: z.array(AlertKind).max(ALERT_KINDS.length),
  /** The least that is told. */
  severity: AlertSeverity,
  enabled: z.boolean(),
  /** Minutes from 00:00 in which only critical ones are told; both null = always told. */
  quietFrom: MinuteOfDay.nullable(),
  quietTo: MinuteOfDay.nullable(),
  /** IANA name of the zone of the quiet hours. */
  zone: z.string().min(1).max(60),
  language: AlertLanguage,
};

export const ChannelSave = z.object({
  /** Left out = a new one. */
  id: Id.optional(),
  /** Stays as it is when one is changed. */
  kind: ChannelKind,
  ...channelFacts,
  target: ChannelTarget,
});
export type ChannelSave = z.infer<typeof ChannelSave>;

export const ChannelView = z.object({
  id: Id,
  kind: ChannelKind,
  ...channelFacts,
  /** Its address without what is secret in it; of mail its recipients. */
  shown: z.string(),
  to: z.array(z.string()),
  chatId: z.string(),
  hasSecret: z.boolean(),
  /** Of what it was last told; null = nothing yet. */
  last: z.object({ state: z.string(), at: Timestamp, error: z.string().nullable() }).nullable(),
});
export type ChannelView = z.infer<typeof ChannelView>;

/** What came back from a channel that was tried. */
export const ChannelTest = z.object({
  ok: z.boolean(),
  /** Null = no answer, or none of HTTP. */
  status: z.int().nullable(),
  /** Its words, without our secrets. */
  answer: z.string(),
});
export type ChannelTest = z.infer<typeof ChannelTest>;

export const DELIVERY_STATES = ['waiting', 'held', 'sent', 'failed'] as const;
export const DeliveryState = z.enum(DELIVERY_STATES);
export type DeliveryState = z.infer<typeof DeliveryState>;

export const DeliveryListInput = PageInput.extend({
  channelId: Id.optional(),
  state: DeliveryState.optional(),
});
export type DeliveryListInput = z.infer<typeof DeliveryListInput>;

export const DeliveryView = z.object({
  id: Id,
  channelId: Id,
  channelName: z.string(),
  what: z.string(),
  kind: z.string().nullable(),
  name: z.string().nullable(),
  state: DeliveryState,
  attempts: z.int(),
  status: z.int().nullable(),
  error: z.string().nullable(),
  at: Timestamp,
  nextAt: Timestamp.nullable(),
  sentAt: Timestamp.nullable(),
});
export type DeliveryView = z.infer<typeof DeliveryView>;

export const DeliveryPage = z.object({
  rows: z.array(DeliveryView),
  nextCursor: z.string().nullable(),
});
export type DeliveryPage = z.infer<typeof DeliveryPage>;
