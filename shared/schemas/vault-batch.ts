import { z } from 'zod';
import { Id, Timestamp } from './common.ts';
import { VaultFilter } from './vault.ts';

/** Accounts of one batch at most. */
const MOST_IDS = 10_000;
/** Characters of an imported file: ten thousand tokens of more than a thousand characters each. */
export const MOST_IMPORTED = 16_000_000;

/** Vault accounts one by one, or all that fit a filter now. */
export const VaultSelection = z.union([
  z.strictObject({ ids: z.array(Id).min(1).max(MOST_IDS) }),
  z.strictObject({ filter: VaultFilter }),
]);
export type VaultSelection = z.infer<typeof VaultSelection>;

const Tag = z.string().trim().min(1).max(60);
const Tags = z.array(Tag).max(20);

/** What is done to each of them. */
export const VaultBatchChange = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('refresh') }),
  z.strictObject({ what: z.literal('tags'), add: Tags.default([]), remove: Tags.default([]) }),
  z.strictObject({ what: z.literal('enabled'), on: z.boolean() }),
  z.strictObject({ what: z.literal('autoRefresh'), on: z.boolean() }),
  z.strictObject({ what: z.literal('delete') }),
]);
export type VaultBatchChange = z.infer<typeof VaultBatchChange>;

export const VaultBatchStart = z.object({ selection: VaultSelection, change: VaultBatchChange });
export type VaultBatchStart = z.infer<typeof VaultBatchStart>;

export const JobStarted = z.object({
  jobId: Id,
  /** How many accounts it is about. */
  count: z.int(),
  /** Until when a deletion may be undone; null for everything else. */
  undoUntil: Timestamp.nullable(),
});
export type JobStarted = z.infer<typeof JobStarted>;

export const IMPORT_FORMATS = ['text', 'csv', 'json'] as const;

/** A file of refresh tokens: one a line, CSV with a head, or JSON. */
export const VaultImport = z.object({
  platformId: z.string().min(1).max(60),
  format: z.enum(IMPORT_FORMATS),
  text: z.string().min(1).max(MOST_IMPORTED),
  clientId: Id.nullable().default(null),
  proxyId: Id.nullable().default(null),
  tags: Tags.default([]),
  enabled: z.boolean().default(true),
});
export type VaultImport = z.infer<typeof VaultImport>;

/** Which proxies or OAuth clients they are given, evenly; none = what they have is taken from them. */
export const AssignAsk = z.object({
  selection: VaultSelection,
  what: z.enum(['proxy', 'client']),
  targets: z.array(Id).max(200),
});
export type AssignAsk = z.infer<typeof AssignAsk>;

export const AssignPlan = z.object({
  count: z.int(),
  /** Of another platform than the client: they keep what they have. */
  unfit: z.int(),
  /** Those that get another one than they have. */
  changed: z.int(),
  targets: z.array(z.object({ id: Id, name: z.string(), before: z.int(), after: z.int() })),
  /** Names this very plan: another selection, or other assignments since, make another one. */
  seal: z.string(),
});
export type AssignPlan = z.infer<typeof AssignPlan>;

export const AssignApply = AssignAsk.extend({ seal: z.string().max(64) });
export type AssignApply = z.infer<typeof AssignApply>;

export const VaultExport = z.object({
  selection: VaultSelection,
  format: z.enum(['csv', 'json']),
  /** With refresh tokens, sealed with this passphrase; left out = without any token. */
  passphrase: z.string().min(12, 'at least 12 characters').max(200).optional(),
});
export type VaultExport = z.infer<typeof VaultExport>;

export const VaultExported = z.object({ name: z.string(), type: z.string(), text: z.string() });
export type VaultExported = z.infer<typeof VaultExported>;

/** Access tokens that are shown at once, at most. */
export const MOST_COPIED = 100;
export const VaultCopy = z.object({ ids: z.array(Id).min(1).max(MOST_COPIED) });
export type VaultCopy = z.infer<typeof VaultCopy>;

export const VaultCopied = z.object({
  tokens: z.array(z.object({ accountId: Id, name: z.string(), accessToken: z.string() })),
});
export type VaultCopied = z.infer<typeof VaultCopied>;
