import { z } from 'zod';
import { Id, PageInput, Rpm, Timestamp, TokensPerDay } from './common.ts';
import { ModelName } from './models.ts';

export const KeyName = z.string().trim().min(1).max(80);
export const AllowedModels = z.array(ModelName).max(200);
export const KeyDescription = z.string().trim().max(500);

/**
 * What keys are for, from the operations there are: `chat` is every way to talk to a model, counting
 * tokens and stored responses; `models` the lists of models.
 */
export const KeyScope = z.enum(['chat', 'embeddings', 'images', 'audio', 'rerank', 'models']);
export type KeyScope = z.infer<typeof KeyScope>;
export const KeyScopes = z.array(KeyScope).max(20);

/** One address, or a range such as 10.0.0.0/8 or 2001:db8::/32. */
export const KeyAddress = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: 'write an address, or a range such as 10.0.0.0/8',
});
export const MOST_ADDRESSES = 100;
export const KeyAddresses = z.array(KeyAddress).max(MOST_ADDRESSES);

/** Whole micro-dollars of a day or month; null = no limit. */
const Budget = z.int().min(0).max(9_000_000_000_000_000);

/** How many keys one person may have; revoked ones do not count. */
export const MOST_KEYS = 1_000;

export const KeyCreate = z.object({
  name: KeyName,
  description: KeyDescription.default(''),
  rpm: Rpm.nullable().default(null),
  tokensPerDay: TokensPerDay.nullable().default(null),
  costPerDay: Budget.nullable().default(null),
  costPerMonth: Budget.nullable().default(null),
  /** Public model names; empty = every model. */
  allowedModels: AllowedModels.default([]),
  /** Empty = everything. */
  scopes: KeyScopes.default([]),
  /** Where it may be used from; empty = anywhere. */
  addresses: KeyAddresses.default([]),
  expiresAt: Timestamp.nullable().default(null),
});
export type KeyCreate = z.infer<typeof KeyCreate>;

export const KeyUpdate = z.object({
  id: Id,
  name: KeyName.optional(),
  description: KeyDescription.optional(),
  rpm: Rpm.nullable().optional(),
  tokensPerDay: TokensPerDay.nullable().optional(),
  costPerDay: Budget.nullable().optional(),
  costPerMonth: Budget.nullable().optional(),
  allowedModels: AllowedModels.optional(),
  scopes: KeyScopes.optional(),
  addresses: KeyAddresses.optional(),
  expiresAt: Timestamp.nullable().optional(),
});
export type KeyUpdate = z.infer<typeof KeyUpdate>;

/** A new secret; the old one works on for so many minutes, a week at most. */
export const KeyRotate = z.object({ id: Id, overlapMinutes: z.int().min(0).max(10_080) });
export type KeyRotate = z.infer<typeof KeyRotate>;

/** Those of them that are not the caller's are passed over. */
export const KeyIds = z.object({ ids: z.array(Id).min(1).max(10_000) });
export type KeyIds = z.infer<typeof KeyIds>;

export const KeySwitch = KeyIds.extend({ on: z.boolean() });
export type KeySwitch = z.infer<typeof KeySwitch>;

export const KeyState = z.enum(['active', 'disabled', 'expired', 'revoked']);
export type KeyState = z.infer<typeof KeyState>;

export const KeyView = z.object({
  id: Id,
  name: z.string(),
  description: z.string(),
  ownerId: Id,
  ownerName: z.string(),
  /** The first characters, e.g. `gh-4fK2…`. */
  prefix: z.string(),
  state: KeyState,
  rpm: z.int().nullable(),
  tokensPerDay: z.int().nullable(),
  /** Whole micro-dollars, as those that were spent. */
  costPerDay: z.int().nullable(),
  costPerMonth: z.int().nullable(),
  /** Spent since 00:00, and since the month began; 0 where there is no budget. */
  costToday: z.int(),
  costThisMonth: z.int(),
  /** How many other limits it has. */
  moreLimits: z.int(),
  /** Tokens used since 00:00 in the server's zone. */
  tokensToday: z.int(),
  /** The server's zone; an IANA name. */
  zone: z.string(),
  allowedModels: z.array(z.string()),
  scopes: z.array(z.string()),
  addresses: z.array(z.string()),
  /** Whether it is switched off, whatever else ends it. */
  disabled: z.boolean(),
  /** Until then the secret before the last rotation works too; null = it does not. */
  previousUntil: Timestamp.nullable(),
  expiresAt: Timestamp.nullable(),
  lastUsedAt: Timestamp.nullable(),
  createdAt: Timestamp,
});
export type KeyView = z.infer<typeof KeyView>;

/** Which keys a list is about; what is left out narrows nothing. */
export const KeyFilter = z.object({
  /** Words that all occur in name, description, prefix, owner or an allowed model, in any case. */
  search: z.string().trim().max(120).optional(),
  state: KeyState.optional(),
  /** What a key may be used for. */
  scope: KeyScope.optional(),
  ownerId: Id.optional(),
  /** Also those that were revoked; a wished-for state wins over it. */
  withRevoked: z.boolean().optional(),
});
export type KeyFilter = z.infer<typeof KeyFilter>;

export const KeySort = z.enum(['created', 'name', 'owner', 'expires', 'used']);
export type KeySort = z.infer<typeof KeySort>;

/** Own keys, or, for those who may read all, everybody's. */
const OwnOrAll = z.object({ all: z.boolean().default(false) });

export const KeyListInput = PageInput.extend({
  ...OwnOrAll.shape,
  filter: KeyFilter.default({}),
  sort: KeySort.default('created'),
  descending: z.boolean().default(true),
});
export type KeyListInput = z.infer<typeof KeyListInput>;

export const KeysPage = z.object({
  rows: z.array(KeyView),
  nextCursor: z.string().nullable(),
  /** How many of each state fit the other filters. */
  counts: z.record(KeyState, z.int()),
});
export type KeysPage = z.infer<typeof KeysPage>;

/** For fields in which a key is chosen: the newest that fit, or those with these ids. */
export const KeyFindInput = OwnOrAll.extend({
  search: KeyFilter.shape.search.default(''),
  ids: z.array(Id).max(100, 'at most 100 at once').optional(),
});
export type KeyFindInput = z.infer<typeof KeyFindInput>;
export const KeyFound = z.object({ id: Id, name: z.string(), ownerName: z.string() });
export type KeyFound = z.infer<typeof KeyFound>;

/** The secret is in this answer and nowhere else, ever. */
export const KeyCreated = z.object({ key: KeyView, secret: z.string() });
export type KeyCreated = z.infer<typeof KeyCreated>;

/** How many keys were changed. */
export const KeysChanged = z.object({ changed: z.int() });
export type KeysChanged = z.infer<typeof KeysChanged>;
