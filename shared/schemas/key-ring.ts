import { z } from 'zod';
import { Timestamp } from './common.ts';

/** Ids of keys as secrets.json has them. */
export const KeyId = z
  .string()
  .regex(/^[a-z0-9]{1,16}$/, 'lower case letters and digits, at most 16');
export const ByKeyId = z.object({ id: KeyId });

/** What a person sees of a key: never any part of it but a fingerprint. */
export const RingKey = z.object({
  id: z.string(),
  /** Whether it seals what is new; all others only open. */
  current: z.boolean(),
  /** Of its SHA-256: the same on two servers means the same key. */
  fingerprint: z.string(),
  /** Sealed values by column (`table.column`). None of any = it may be retired. */
  values: z.record(z.string(), z.int()),
  total: z.int(),
  /** Servers that run and do not have it. */
  missingOn: z.array(z.string()),
});
export type RingKey = z.infer<typeof RingKey>;

export const RingServer = z.object({
  id: z.string(),
  current: z.string(),
  keys: z.array(z.string()),
  /** Where its ring is: a file that is written for you, or the environment, which is not. */
  from: z.enum(['file', 'environment']),
  seenAt: Timestamp,
  self: z.boolean(),
});
export type RingServer = z.infer<typeof RingServer>;

export const RingReseal = z.object({
  state: z.enum(['never', 'running', 'done', 'failed']),
  done: z.int(),
  /** Values that cannot be opened, by place; at most a hundred. */
  damaged: z.array(z.string()),
  error: z.string().nullable(),
});
export type RingReseal = z.infer<typeof RingReseal>;

export const RingStatus = z.object({
  keys: z.array(RingKey),
  servers: z.array(RingServer),
  /** Of this server's own. */
  reseal: RingReseal,
});
export type RingStatus = z.infer<typeof RingStatus>;
