import type { Prisma } from '../../infra/prisma/generated/client.ts';
import { type LimitSet, moreThanShown } from '../quotas/index.ts';

export type KeyRow = {
  id: string;
  /** For older clients, whose ids are whole numbers. */
  number: number;
  ownerId: string;
  ownerName: string;
  /** As `number`. */
  ownerNumber: number;
  name: string;
  description: string;
  /** Which of the Plug-in API's two families it asks; null = whichever has the model. */
  family: string | null;
  prefix: string;
  rpm: number | null;
  tokensPerDay: number | null;
  /** Micro-dollars. */
  costPerDay: number | null;
  costPerMonth: number | null;
  /** How many other limits it has. */
  moreLimits: number;
  allowedModels: string[];
  scopes: string[];
  addresses: string[];
  /** Switched off since then. */
  disabledAt: Date | null;
  /** The secret before the last rotation works until then. */
  previousUntil: Date | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
  createdAt: Date;
};

/** What is read of `api_keys`: everything but hashes. */
export const KEY_COLUMNS = {
  id: true,
  number: true,
  ownerId: true,
  name: true,
  description: true,
  family: true,
  prefix: true,
  allowedModels: true,
  scopes: true,
  addresses: true,
  disabledAt: true,
  previousUntil: true,
  expiresAt: true,
  revokedAt: true,
  lastUsedAt: true,
  createdAt: true,
  owner: { select: { username: true, number: true } },
} as const satisfies Prisma.ApiKeySelect;

/** A key with its limits. */
export function toKeyRow(
  { owner, ...row }: Prisma.ApiKeyGetPayload<{ select: typeof KEY_COLUMNS }>,
  limits: LimitSet,
): KeyRow {
  return {
    ...row,
    ownerName: owner.username,
    ownerNumber: owner.number,
    rpm: limits.rpm,
    tokensPerDay: limits.tokensPerDay,
    costPerDay: limits.costPerDay,
    costPerMonth: limits.costPerMonth,
    moreLimits: moreThanShown({ ...limits, costPerDay: null, costPerMonth: null }),
  };
}
