import { z } from 'zod';
import { PageInput, Timestamp } from './common.ts';
import { ModelName } from './models.ts';

/** Whole micro-credits: a million of them is one account's whole quota. */
export const MicroCredits = z.int();

/** Models that share one allowance at their platform, and so one credit. */
export const PoolGroup = z.object({
  name: z.string().trim().min(1).max(60),
  models: z.array(ModelName).min(1).max(200),
});
export type PoolGroup = z.infer<typeof PoolGroup>;

/** `flat`: 20 % of the ceiling an hour. `tiered`: accounts on a free plan recover less. */
export const RecoveryRule = z.enum(['flat', 'tiered']);

export const PoolSettings = z.object({
  /** Whether lent accounts are for those who hold credit; otherwise for everyone. */
  credit: z.boolean().default(false),
  rule: RecoveryRule.default('flat'),
  /** Reserved for a request until it is known what it used; 1 = one account's whole quota. */
  reserve: z.number().min(0.000001).max(1).default(0.02),
  groups: z.array(PoolGroup).max(100).default([]).superRefine(checkGroups),
});
export type PoolSettings = z.infer<typeof PoolSettings>;

/** No two groups of one name, and no model in two groups. */
function checkGroups(groups: readonly PoolGroup[], context: z.RefinementCtx): void {
  const names = new Set<string>();
  const models = new Map<string, string>();
  groups.forEach((group, index) => {
    if (names.has(group.name)) {
      context.addIssue({
        code: 'custom',
        path: [index, 'name'],
        message: `there are two groups "${group.name}"; put their models into one`,
      });
    }
    names.add(group.name);
    for (const model of group.models) {
      const other = models.get(model);
      if (other !== undefined) {
        context.addIssue({
          code: 'custom',
          path: [index, 'models'],
          message: `"${model}" is in "${other}" already; a model belongs to one group`,
        });
      }
      models.set(model, group.name);
    }
  });
}

/** What the caller may draw of one group of models. */
export const PoolCreditView = z.object({
  key: z.string(),
  /** The group's name, or the model's own. */
  name: z.string(),
  models: z.array(z.string()),
  quota: MicroCredits,
  max: MicroCredits,
  /** Reserved by running requests, part of `quota`. */
  held: MicroCredits,
  /** Used beyond what was there; recovery pays it first. */
  owed: MicroCredits,
  perHour: MicroCredits,
  /** When nothing more recovers; null = never, for the caller lends nothing. */
  fullAt: Timestamp.nullable(),
  /** Accounts that the caller lends for these models. */
  lent: z.int(),
});
export type PoolCreditView = z.infer<typeof PoolCreditView>;

export const MyPool = z.object({
  /** Whether credit is needed at all. */
  credit: z.boolean(),
  rule: RecoveryRule,
  groups: z.array(PoolCreditView),
});
export type MyPool = z.infer<typeof MyPool>;

/** What the pool has for one model, without saying whose it is. */
export const SharedPoolRow = z.object({
  model: z.string(),
  platforms: z.array(z.object({ id: z.string(), name: z.string() })),
  /** Lent accounts, and how many of them could serve now. */
  accounts: z.int(),
  ready: z.int(),
  /** Sum over the accounts that are ready of the part of their quota that is left, each 0 to 1. */
  left: z.number(),
  /** When the first of those that rest returns, where that is known. */
  nextReturn: Timestamp.nullable(),
});
export type SharedPoolRow = z.infer<typeof SharedPoolRow>;

export const PoolMovementsInput = PageInput;
export type PoolMovementsInput = z.infer<typeof PoolMovementsInput>;

export const PoolMovementKind = z.enum(['lend', 'withdraw', 'spend']);
export type PoolMovementKind = z.infer<typeof PoolMovementKind>;

export const PoolMovement = z.object({
  /** The request id for what was spent. */
  id: z.string(),
  at: Timestamp,
  kind: PoolMovementKind,
  /** The group's name, or the model's own. */
  group: z.string(),
  /** The model that was asked for; null unless spent. */
  model: z.string().nullable(),
  /** Negative when it went away. */
  amount: MicroCredits,
});
export type PoolMovement = z.infer<typeof PoolMovement>;

export const PoolMovementsPage = z.object({
  rows: z.array(PoolMovement),
  nextCursor: z.string().nullable(),
});
export type PoolMovementsPage = z.infer<typeof PoolMovementsPage>;

/** Who used the caller's lent accounts in the last thirty days; their own use is left out. */
export const LentUse = z.array(
  z.object({
    accountId: z.string(),
    accountName: z.string(),
    userName: z.string(),
    model: z.string(),
    requests: z.int(),
    tokens: z.int(),
    lastAt: Timestamp,
  }),
);
export type LentUse = z.infer<typeof LentUse>;
