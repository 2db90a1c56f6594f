import { z } from 'zod';
import { Timestamp } from './common.ts';

/** A program that signed in by /api/auth. */
export const TokenFamilyView = z.object({
  id: z.uuid(),
  userAgent: z.string(),
  address: z.string(),
  createdAt: Timestamp,
  /** When it last signed in or refreshed its tokens. */
  lastUsedAt: Timestamp,
  expiresAt: Timestamp,
});
export type TokenFamilyView = z.infer<typeof TokenFamilyView>;
