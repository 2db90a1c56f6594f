import { z } from 'zod';

export const Id = z.uuid();

/** ISO 8601 in UTC. Dates travel as text, so that both sides read plain JSON. */
export const Timestamp = z.iso.datetime();

/** Whole micro-dollars as a JSON number: exact up to nine thousand million dollars. */
export const Micros = z.int();

/** A price as a person writes it: dollars per million tokens, at most six decimals. */
export const DollarsPerMillion = z.number().min(0).max(100_000);
/** The same for what is not counted in tokens. */
export const Dollars = z.number().min(0).max(100_000);

export const Rpm = z.int().min(1).max(1_000_000);
export const TokensPerDay = z.int().min(1).max(1_000_000_000_000);

/** What a user or key may spend; null = no limit. */
export const Limits = z.object({
  rpm: Rpm.nullable(),
  tokensPerDay: TokensPerDay.nullable(),
});
export type Limits = z.infer<typeof Limits>;

export const ById = z.object({ id: Id });
export type ById = z.infer<typeof ById>;

/**
 * A cursor is opaque to the client: it hands back the `nextCursor` of the page before. It may hold a
 * name, in which each letter can take twelve characters.
 */
export const PageInput = z.object({
  cursor: z.string().max(1_200).optional(),
  limit: z.int().min(1).max(200).default(50),
});

/** Id of a role: a built-in one of shared/permissions.ts, or one an admin made. */
export const Role = z
  .string()
  .max(40)
  .regex(/^[a-z][a-z0-9-]*$/, 'the id of a role: lower case letters, digits and dashes');
export type Role = z.infer<typeof Role>;

export const Username = z
  .string()
  .trim()
  .toLowerCase()
  .min(2)
  .max(64)
  .regex(/^[a-z0-9][a-z0-9._@-]*$/, 'lower case letters, digits, and . _ @ - only');

/** Length in UTF-8 without an encoder, which neither side shares by name. */
function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const char of text) {
    const point = char.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** bcrypt reads 72 bytes; a longer password would be cut silently, so it is refused. */
export const NewPassword = z
  .string()
  .min(10, 'at least 10 characters')
  .refine((text) => utf8Bytes(text) <= 72, 'at most 72 bytes');
