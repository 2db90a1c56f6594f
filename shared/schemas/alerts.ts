import { z } from 'zod';

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
