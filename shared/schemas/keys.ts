import { z } from 'zod';
import { Id, Rpm, Timestamp, TokensPerDay } from './common.ts';
import { ModelName } from './models.ts';

export const KeyName = z.string().trim().min(1).max(80);
export const AllowedModels = z.array(ModelName).max(200);

/** Own keys, or, for admins, everybody's. */
export const KeyListInput = z.object({ all: z.boolean().default(false) });
export type KeyListInput = z.infer<typeof KeyListInput>;

export const KeyCreate = z.object({
  name: KeyName,
  rpm: Rpm.nullable().default(null),
  tokensPerDay: TokensPerDay.nullable().default(null),
  /** Public model names; empty = every model. */
  allowedModels: AllowedModels.default([]),
  expiresAt: Timestamp.nullable().default(null),
});
export type KeyCreate = z.infer<typeof KeyCreate>;

export const KeyUpdate = z.object({
  id: Id,
  name: KeyName.optional(),
  rpm: Rpm.nullable().optional(),
  tokensPerDay: TokensPerDay.nullable().optional(),
  allowedModels: AllowedModels.optional(),
  expiresAt: Timestamp.nullable().optional(),
});
export type KeyUpdate = z.infer<typeof KeyUpdate>;

export const KeyState = z.enum(['active', 'expired', 'revoked']);

export const KeyView = z.object({
  id: Id,
  name: z.string(),
  ownerId: Id,
  ownerName: z.string(),
  /** The first characters, e.g. `gh-4fK2…`. */
  prefix: z.string(),
  state: KeyState,
  rpm: z.int().nullable(),
  tokensPerDay: z.int().nullable(),
  /** How many other limits it has. */
  moreLimits: z.int(),
  /** Tokens used since 00:00 in the server's zone. */
  tokensToday: z.int(),
  /** The server's zone; an IANA name. */
  zone: z.string(),
  allowedModels: z.array(z.string()),
  expiresAt: Timestamp.nullable(),
  lastUsedAt: Timestamp.nullable(),
  createdAt: Timestamp,
});
export type KeyView = z.infer<typeof KeyView>;

/** The secret is in this answer and nowhere else, ever. */
export const KeyCreated = z.object({ key: KeyView, secret: z.string() });
export type KeyCreated = z.infer<typeof KeyCreated>;
