import { z } from 'zod';
import { Id, Timestamp } from './common.ts';

/** `person` = an admin ends all of somebody's and disables them; `own` = somebody all of their own. */
export const SwitchKind = z.enum(['person', 'own']);
export type SwitchKind = z.infer<typeof SwitchKind>;

/** What is ended together, in this order. */
export const SWITCH_STEPS = [
  /** Disables the person. */
  'state',
  'sessions',
  /** Sign-ins that wait for a second factor, and other proofs half given. */
  'proofs',
  /** Of API clients. */
  'tokens',
  'keys',
  /** Invitations and links to choose a password. */
  'invites',
  /** Accounts that were lent. */
  'loans',
] as const;
export const SwitchStepKind = z.enum(SWITCH_STEPS);
export type SwitchStepKind = z.infer<typeof SwitchStepKind>;

/** A key by its name and first characters, an account by its name and platform, a device by both. */
export const EndedThing = z.object({ name: z.string(), detail: z.string() });
export type EndedThing = z.infer<typeof EndedThing>;

export const SwitchStep = z.object({
  kind: SwitchStepKind,
  count: z.int(),
  /** The first thousand of them. */
  things: z.array(EndedThing),
  /** How long it took, in ms. */
  ms: z.int(),
});
export type SwitchStep = z.infer<typeof SwitchStep>;

/** What stays there: it opens or serves nothing while the person is disabled. */
export const KeptKind = z.enum(['signInWays', 'accounts', 'loans', 'elsewhere']);
export const Kept = z.object({ kind: KeptKind, count: z.int() });
export type Kept = z.infer<typeof Kept>;

export const EndedStream = z.object({
  requestId: Id,
  server: Id,
  door: z.string(),
  /** Empty = it was not understood yet. */
  model: z.string(),
  stream: z.boolean(),
  /** Whether a platform was at work on it, and so may bill it. */
  begun: z.boolean(),
  startedAt: Timestamp,
  /** Null = it had not ended when its server answered. */
  endedAt: Timestamp.nullable(),
  /** From the switch to its end. */
  ms: z.int().nullable(),
});
export type EndedStream = z.infer<typeof EndedStream>;

/**
 * Whether every server has said what it ended: `waiting` while one may still, `complete` once all did,
 * `unanswered` when one did not in time.
 */
export const Following = z.enum(['waiting', 'complete', 'unanswered']);

export const SwitchServer = z.object({
  id: Id,
  /** Null = not yet, or never. */
  answeredAt: Timestamp.nullable(),
  /** From the switch to its answer. */
  ms: z.int().nullable(),
});

/** What one pull of the off-switch did. */
export const Receipt = z.object({
  id: Id,
  kind: SwitchKind,
  at: Timestamp,
  userId: Id,
  userName: z.string(),
  actorId: Id,
  actorName: z.string(),
  steps: z.array(SwitchStep),
  /** Of all steps together, in ms. */
  tookMs: z.int(),
  kept: z.array(Kept),
  following: Following,
  servers: z.array(SwitchServer),
  /** Those that had not ended first, then in the order in which they did. */
  streams: z.array(EndedStream),
  /** From the switch to the end of the last of them; null while there is none. */
  lastMs: z.int().nullable(),
});
export type Receipt = z.infer<typeof Receipt>;

/** A receipt in a list. */
export const ReceiptLine = Receipt.pick({ id: true, kind: true, at: true, actorName: true });
export type ReceiptLine = z.infer<typeof ReceiptLine>;
