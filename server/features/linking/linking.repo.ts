import type { LinkProblem } from '#shared/schemas/linking.ts';
import type { Db, Tx } from '../../infra/prisma/client.ts';
import { withTx } from '../../infra/prisma/client.ts';
import type { Prisma } from '../../infra/prisma/generated/client.ts';

/**
 * `waiting` for the browser or the device; `taken`: its code is being exchanged; `holding`: tokens
 * came and are being stored; `asking`: they wait for the person's word.
 */
export type AttemptState = 'waiting' | 'taken' | 'holding' | 'asking' | 'done' | 'failed';

const ATTEMPT = {
  id: true,
  way: true,
  clientId: true,
  userId: true,
  ownerId: true,
  sessionId: true,
  accountId: true,
  name: true,
  shared: true,
  redirectUri: true,
  secret: true,
  state: true,
  resultId: true,
  error: true,
  intervalMs: true,
  expiresAt: true,
  createdAt: true,
} as const;
export type Attempt = Prisma.LinkAttemptGetPayload<{ select: typeof ATTEMPT }>;

export type NewAttempt = Omit<Attempt, 'error' | 'resultId' | 'createdAt' | 'state'> & {
  state: AttemptState;
  pollAt: Date | null;
  createdAt: Date;
};

/** What comes of an attempt; its secret goes with it. */
export type Ended = { accountId: string } | { problem: LinkProblem; detail: string };

const LINKED = {
  accountId: true,
  email: true,
  subject: true,
  clientId: true,
  account: {
    select: { name: true, ownerId: true, platformId: true, createdAt: true, state: true },
  },
} as const;
export type LinkedRow = Prisma.VaultTokenGetPayload<{ select: typeof LINKED }>;

/** Rows of `link_attempts`, and what a sign-in asks of accounts. */
export function createLinkingRepo(db: Db) {
  return {
    inTx: <Result>(work: (tx: Tx) => Promise<Result>) => withTx(db, work),

    /** Rows that were over before `old` go. */
    async put(attempt: NewAttempt, old: Date): Promise<void> {
      await db.linkAttempt.deleteMany({ where: { expiresAt: { lt: old } } });
      await db.linkAttempt.create({ data: attempt, select: { id: true } });
    },

    find: (id: string): Promise<Attempt | null> =>
      db.linkAttempt.findUnique({ where: { id }, select: ATTEMPT }),

    /** How many of a person wait. */
    waiting: (userId: string, now: Date): Promise<number> =>
      db.linkAttempt.count({ where: { userId, state: 'waiting', expiresAt: { gt: now } } }),

    /** Those that still want something of a person, or of a device of theirs. */
    open: (userId: string, sessionId: string, now: Date): Promise<Attempt[]> =>
      db.linkAttempt.findMany({
        where: {
          userId,
          sessionId,
          expiresAt: { gt: now },
          OR: [
            { way: 'device', state: { in: ['waiting', 'taken', 'holding'] } },
            { state: 'asking' },
          ],
        },
        select: ATTEMPT,
        orderBy: { createdAt: 'desc' },
        take: 20,
      }),

    /** From one state to another, for one of however many try. @returns whether it was this one. */
    async move(
      id: string,
      from: AttemptState,
      to: { state: AttemptState; secret?: string | null; resultId?: string | null },
    ): Promise<boolean> {
      const { count } = await db.linkAttempt.updateMany({ where: { id, state: from }, data: to });
      return count === 1;
    },

    async end(id: string, ended: Ended): Promise<void> {
      const came =
        'accountId' in ended
          ? { state: 'done', resultId: ended.accountId, error: null }
          : { state: 'failed', resultId: null, error: `${ended.problem}\n${ended.detail}` };
      await db.linkAttempt.updateMany({
        where: { id },
        data: { ...came, secret: null, pollAt: null },
      });
    },

    /** Devices whose turn it is; nobody else gets them before `until`. */
    async claimDevices(now: Date, until: Date, most: number): Promise<Attempt[]> {
      const rows = await db.$queryRaw<{ id: string }[]>`
        UPDATE link_attempts SET poll_at = ${until}
        WHERE id IN (
          SELECT id FROM link_attempts
          WHERE poll_at <= ${now} AND way = 'device' AND state = 'waiting'
          ORDER BY poll_at LIMIT ${most} FOR UPDATE SKIP LOCKED
        )
        RETURNING id`;
      const ids = rows.map(({ id }) => id);
      return await db.linkAttempt.findMany({ where: { id: { in: ids } }, select: ATTEMPT });
    },

    async pollNext(id: string, pollAt: Date, intervalMs: number): Promise<void> {
      await db.linkAttempt.updateMany({
        where: { id, state: 'waiting' },
        data: { pollAt, intervalMs },
      });
    },

    /** When the next device's turn is; null = none waits. */
    async nextPoll(): Promise<Date | null> {
      const found = await db.linkAttempt.findFirst({
        where: { way: 'device', state: 'waiting', pollAt: { not: null } },
        orderBy: { pollAt: 'asc' },
        select: { pollAt: true },
      });
      return found?.pollAt ?? null;
    },

    /** Those whose tokens came, and whose server did not live to store them. */
    held: (): Promise<Attempt[]> =>
      db.linkAttempt.findMany({ where: { state: 'holding' }, select: ATTEMPT, take: 1_000 }),

    linked: (accountId: string): Promise<LinkedRow | null> =>
      db.vaultToken.findUnique({ where: { accountId }, select: LINKED }),

    /** Accounts of a person at a platform that are the same there: by id, else by e-mail. */
    async same(
      place: { ownerId: string; platformId: string },
      who: { subject: string | null; email: string | null },
    ): Promise<LinkedRow | null> {
      const { email, subject } = who;
      if (subject === null && email === null) return null;
      const rows = await db.vaultToken.findMany({
        where: {
          account: place,
          deletedUntil: null,
          OR: [
            ...(subject === null ? [] : [{ subject }]),
            // One whose id is known to be another is another account, whatever its address.
            ...(email === null ? [] : [{ email, ...(subject !== null && { subject: null }) }]),
          ],
        },
        select: LINKED,
        orderBy: { number: 'asc' },
        take: 2,
      });
      return rows.find((row) => subject !== null && row.subject === subject) ?? rows[0] ?? null;
    },

    /** An active person by id; null when they are gone or may not come in. */
    person: (id: string): Promise<{ id: string; username: string } | null> =>
      db.user.findFirst({ where: { id, state: 'active' }, select: { id: true, username: true } }),

    async mayLendPersonal(platformId: string): Promise<boolean> {
      return (await db.personalLending.count({ where: { platformId } })) > 0;
    },
  };
}
export type LinkingRepo = ReturnType<typeof createLinkingRepo>;
