import { z } from 'zod';
import { Id, Timestamp } from './common.ts';

/** Far more than anybody keeps; a list of them is one answer. */
export const MOST_PROXIES = 5_000;

/** `unknown` until it was checked. */
export const ProxyHealth = z.enum(['unknown', 'up', 'down']);
export type ProxyHealth = z.infer<typeof ProxyHealth>;

export const ProxyName = z.string().trim().min(1).max(80);
/** It may hold a password; the server says what is wrong with it. */
export const ProxyUrl = z
  .string()
  .trim()
  .max(1_000)
  .regex(/^(https?|socks5):\/\/[^\s]+$/i, 'http://, https:// or socks5://, then host and port');

export const ProxyView = z.object({
  id: Id,
  /** For older clients, whose ids are whole numbers. */
  number: z.int(),
  name: z.string(),
  /** Scheme, host and port; never user or password. */
  shown: z.string(),
  enabled: z.boolean(),
  health: ProxyHealth,
  latencyMs: z.int().nullable(),
  checkedAt: Timestamp.nullable(),
  lastError: z.string().nullable(),
  /** How many accounts go through it. */
  accounts: z.int(),
  createdAt: Timestamp,
});
export type ProxyView = z.infer<typeof ProxyView>;

export const ProxyCreate = z.object({ name: ProxyName, url: ProxyUrl });
export type ProxyCreate = z.infer<typeof ProxyCreate>;

export const ProxyUpdate = z.object({
  id: Id,
  name: ProxyName.optional(),
  /** Absent = as it is. */
  url: ProxyUrl.optional(),
  enabled: z.boolean().optional(),
});
export type ProxyUpdate = z.infer<typeof ProxyUpdate>;

/** One address a line; empty lines are passed over. */
export const ProxyImport = z.object({ text: z.string().max(500_000) });
export type ProxyImport = z.infer<typeof ProxyImport>;

export const ProxyImported = z.object({
  created: z.int(),
  /** Lines whose proxy was there already, or stood twice in the text. */
  known: z.int(),
  /** At most a hundred of them; lines count from 1. */
  refused: z.array(z.object({ line: z.int(), message: z.string() })),
  refusedCount: z.int(),
});
export type ProxyImported = z.infer<typeof ProxyImported>;

/** Who goes through a proxy: at most a hundred of them. */
export const ProxyUsers = z.object({
  total: z.int(),
  accounts: z.array(
    z.object({ id: Id, name: z.string(), email: z.string().nullable(), platformId: z.string() }),
  ),
});
export type ProxyUsers = z.infer<typeof ProxyUsers>;

export const ProxyMove = z.object({
  id: Id,
  /** Where its accounts go, the emptiest first; empty = they go without a proxy. */
  to: z.array(Id).max(500),
});
export type ProxyMove = z.infer<typeof ProxyMove>;

export const ProxyMovePlan = z.object({
  accounts: z.int(),
  targets: z.array(z.object({ id: Id, name: z.string(), before: z.int(), after: z.int() })),
});
export type ProxyMovePlan = z.infer<typeof ProxyMovePlan>;
