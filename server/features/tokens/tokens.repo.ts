import type { TokenFamilyView } from '#shared/schemas/tokens.ts';
import type { Db, Tx } from '../../infra/prisma/client.ts';
import { withTx } from '../../infra/prisma/client.ts';
import { notify } from '../../infra/prisma/notify.ts';

/** A sign-in of a program. */
export type Family = { id: string; userId: string };

export type NewFamily = Family & {
  /** The sign-in is refused when the password is another one by now; null = they have none. */
  passwordHash: string | null;
  userAgent: string;
  address: string;
  at: Date;
  /** SHA-256 (hex) of its first refresh token. */
  refreshHash: string;
  refreshUntil: Date;
  expiresAt: Date;
};

/** One refresh token in place of another. */
export type Turn = {
  usedHash: string;
  nextHash: string;
  at: Date;
  nextUntil: Date;
  expiresAt: Date;
  address: string;
  userAgent: string;
};

/** What became of a refresh token that was brought. */
export type Turned =
  | { kind: 'turned'; family: Family & { provedAt: Date } }
  | { kind: 'unknown' }
  | { kind: 'expired' }
  /** It was used before: the whole family has ended. */
  | { kind: 'reused'; family: Family; username: string };

const VIEW = {
  id: true,
  userAgent: true,
  address: true,
  createdAt: true,
  lastUsedAt: true,
  expiresAt: true,
} as const;

/** Sign-ins of one person that are kept; the ones not used for longest leave first. */
const MOST_FAMILIES = 100;

/** Rows of `token_families` and `refresh_tokens`. */
export function createTokensRepo(db: Db) {
  return {
    inTx: <Result>(work: (tx: Tx) => Promise<Result>) => withTx(db, work),

    /** Those of them that have not ended, by id. */
    async find(ids: readonly string[]): Promise<Map<string, Family>> {
      const rows = await db.tokenFamily.findMany({
        where: { id: { in: [...ids] } },
        select: { id: true, userId: true },
      });
      return new Map(rows.map((row) => [row.id, row]));
    },

    /**
     * Stores a family while holding the user's row, so that disabling or a new password either comes
     * first and prevents it, or comes after and ends it.
     * @returns the person's number, or null when they may not come in.
     */
    async insert(tx: Tx, family: NewFamily): Promise<{ number: number } | null> {
      const { id, userId, userAgent, address, at, expiresAt } = family;
      const [fit] = await tx.$queryRaw<{ number: number }[]>`
        UPDATE users SET last_sign_in_at = ${at}::timestamptz
        WHERE id = ${userId}::uuid AND state IN ('active', 'silenced')
          AND password_hash IS NOT DISTINCT FROM ${family.passwordHash}
        RETURNING number`;
      if (!fit) return null;
      await endIdle(tx, userId);
      const facts = { id, userId, userAgent, address, expiresAt };
      await tx.tokenFamily.create({
        data: { ...facts, createdAt: at, provedAt: at, lastUsedAt: at },
        select: { id: true },
      });
      await tx.refreshToken.create({
        data: { id: family.refreshHash, familyId: id, expiresAt: family.refreshUntil },
        select: { id: true },
      });
      return fit;
    },

    /** Uses a refresh token up, once; whoever brings a used one ends its family. */
    async turn(tx: Tx, turn: Turn): Promise<Turned> {
      const { at, usedHash } = turn;
      const token = await tx.refreshToken.findUnique({
        where: { id: usedHash },
        select: { familyId: true },
      });
      // NOTE: the family's row first, as whoever ends it does: two that wait for each other end in an error.
      const [family] = await tx.$queryRaw<(Family & { provedAt: Date; username: string })[]>`
        SELECT f.id::text, f.user_id::text AS "userId", f.proved_at AS "provedAt", u.username
        FROM token_families f JOIN users u ON u.id = f.user_id
        WHERE f.id = ${token?.familyId ?? null}::uuid FOR UPDATE OF f`;
      const now = await tx.refreshToken.findUnique({ where: { id: usedHash } });
      if (!family || !now) return { kind: 'unknown' };
      if (now.usedAt !== null) {
        await tx.tokenFamily.delete({ where: { id: family.id }, select: { id: true } });
        await notify(tx, 'tokens', [family.id]);
        return { kind: 'reused', family, username: family.username };
      }
      if (now.expiresAt <= at) return { kind: 'expired' };
      await tx.refreshToken.update({ where: { id: usedHash }, data: { usedAt: at } });
      await tx.refreshToken.create({
        data: { id: turn.nextHash, familyId: family.id, expiresAt: turn.nextUntil },
      });
      const { address, expiresAt, userAgent } = turn;
      await tx.tokenFamily.update({
        where: { id: family.id },
        data: { lastUsedAt: at, expiresAt, address, userAgent },
      });
      return { kind: 'turned', family };
    },

    listOf: (userId: string, now: Date): Promise<(Omit<TokenFamilyView, DateNames> & Dates)[]> =>
      db.tokenFamily.findMany({
        where: { userId, expiresAt: { gt: now } },
        select: VIEW,
        orderBy: { lastUsedAt: 'desc' },
      }),

    /** @returns null when the person has none of that id. */
    async endOne(tx: Tx, { id, userId }: Family): Promise<Ended | null> {
      const row = await tx.tokenFamily.findFirst({ where: { id, userId }, select: VIEW });
      const { count } = await tx.tokenFamily.deleteMany({ where: { id, userId } });
      if (!row || count === 0) return null;
      await notify(tx, 'tokens', [id]);
      return row;
    },

    /** Removes rows that are over; nobody needs to hear of it. */
    async removeExpired(until: Date, most: number): Promise<number> {
      return await db.$executeRaw`
        DELETE FROM token_families WHERE id IN (
          SELECT id FROM token_families WHERE expires_at <= ${until}::timestamptz LIMIT ${most})`;
    },
  };
}
export type TokensRepo = ReturnType<typeof createTokensRepo>;

type DateNames = 'createdAt' | 'lastUsedAt' | 'expiresAt';
type Dates = Record<DateNames, Date>;
type Ended = { id: string; userAgent: string; address: string };

/** Makes room for one more. */
async function endIdle(tx: Tx, userId: string): Promise<void> {
  const idle = await tx.tokenFamily.findMany({
    where: { userId },
    orderBy: { lastUsedAt: 'desc' },
    skip: MOST_FAMILIES - 1,
    select: { id: true },
  });
  if (idle.length === 0) return;
  const ids = idle.map(({ id }) => id);
  await tx.tokenFamily.deleteMany({ where: { id: { in: ids } } });
  await notify(tx, 'tokens', ids);
}
