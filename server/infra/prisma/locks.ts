import type { Tx } from './client.ts';

/** Numbers of PostgreSQL's advisory locks: one list, so that two purposes never share one by accident. */
const LOCKS = {
  /** Who is an admin: two decisions must not rest on each other. */
  admins: 4_701_001,
  /** Making what an empty database starts with: by set-up or by a file, one at a time. */
  setUp: 4_701_002,
  /** Who lends what: one comparison with the accounts at a time. */
  lendings: 4_701_003,
  /** The end of the audit log: one row is linked to it at a time. */
  audit: 4_701_004,
  /** What is told of alerts: one is put in line at a time. */
  alerts: 4_701_020,
  /** What servers agree on about the key ring. */
  keyRing: 4_701_030,
} as const;

/** Waits for its turn and keeps others out, on every replica, until `tx` ends. */
export async function holdLock(tx: Tx, lock: keyof typeof LOCKS): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${LOCKS[lock]})`;
}

/** The number, for statements that run without Prisma. */
export function lockNumber(lock: keyof typeof LOCKS): number {
  return LOCKS[lock];
}
