import { z } from 'zod';
import { Id, Timestamp } from './common.ts';
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
  state: AccountState,
  /** When an account that cools or is exhausted returns. */
  coolingUntil: Timestamp.nullable(),
  /** e.g. `…9f2c`; empty where there is no secret. */
  secretHint: z.string(),
  options: SandboxOptions,
  lastError: z.string().nullable(),
  lastErrorAt: Timestamp.nullable(),
  lastUsedAt: Timestamp.nullable(),
  createdAt: Timestamp,
});
export type AccountView = z.infer<typeof AccountView>;

export const AccountName = z.string().trim().min(1).max(80);
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
  options: SandboxOptions.default({}),
});
export type AccountCreate = z.infer<typeof AccountCreate>;

export const AccountUpdate = z.object({
  id: Id,
  name: AccountName.optional(),
  /** A new key replaces the old one and revives an expired account. */
  apiKey: UpstreamKey.optional(),
  shared: z.boolean().optional(),
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
