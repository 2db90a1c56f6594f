import type { PluginKeyState } from '#shared/schemas/plugin-api.ts';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import { Prisma } from '../../infra/prisma/generated/client.ts';
import { notify } from '../../infra/prisma/notify.ts';
import { PLUGIN_PLATFORM } from '../../platforms/plugin.ts';

/** Somebody whose account is to be made now. */
export type Claim = {
  userId: string;
  username: string;
  pluginUserId: string | null;
  attempts: number;
  /** The name they were asked for by before, and when first; null = they never were. */
  asked: { as: string; at: Date } | null;
};

export type PluginKeyRow = {
  userId: string;
  username: string;
  state: PluginKeyState;
  pluginUserId: string | null;
  accountId: string | null;
  attempts: number;
  nextTryAt: Date;
  lastError: string | null;
  lastErrorAt: Date | null;
  lastUsedAt: Date | null;
  createdAt: Date;
};

/** A key as stored, and whose it is there. */
export type MadeKey = {
  accountId: string;
  secret: string;
  secretHint: string;
  pluginUserId: string | null;
};

/** What a call on somebody's behalf needs. */
export type StoredKey = {
  number: number;
  userNumber: number;
  pluginUserId: string | null;
  accountId: string;
  /** Sealed. */
  secret: string | null;
  /** False when its person or an admin switched the account off. */
  active: boolean;
  createdAt: Date;
  updatedAt: Date;
  lastUsedAt: Date | null;
};

const ACCOUNT_NAME = 'Plug-in API';
/** `removed` is no state of the table: a key was made, and its account is gone. */
const STATE = Prisma.sql`CASE WHEN k.state = 'ready' AND k.account_id IS NULL
  THEN 'removed' ELSE k.state::text END`;

export type PluginKeysRepo = ReturnType<typeof createPluginKeysRepo>;

/** Rows of `plugin_keys`, and the accounts that hold their keys. */
export function createPluginKeysRepo(db: Db) {
  return {
    /** Everybody who may come in gets a row; at most `most` at once. Resolves with how many did. */
    enrol: (now: Date, most: number): Promise<number> => db.$executeRaw`
      INSERT INTO plugin_keys (user_id, next_try_at, created_at, updated_at)
      SELECT u.id, ${now}, ${now}, ${now} FROM users u
      WHERE u.state IN ('active', 'silenced')
        AND NOT EXISTS (SELECT 1 FROM plugin_keys k WHERE k.user_id = u.id)
      ORDER BY u.created_at LIMIT ${most}
      ON CONFLICT DO NOTHING`,

    /**
     * Takes some whose turn it is; until `until` no other replica takes them. Whoever died with one
     * loses it then.
     */
    async claim(now: Date, until: Date, most: number): Promise<Claim[]> {
      const rows = await db.$queryRaw<ClaimRow[]>`
        UPDATE plugin_keys k
        SET next_try_at = ${until}, attempts = k.attempts + 1, updated_at = ${now}
        FROM users u
        WHERE u.id = k.user_id AND k.user_id IN (
          SELECT d.user_id FROM plugin_keys d JOIN users v ON v.id = d.user_id
          WHERE d.state <> 'ready' AND d.next_try_at <= ${now} AND v.state IN ('active', 'silenced')
          ORDER BY d.next_try_at LIMIT ${most} FOR UPDATE OF d SKIP LOCKED)
        RETURNING k.user_id AS "userId", u.username, k.plugin_user_id AS "pluginUserId",
          k.attempts, k.asked_as AS "askedAs", k.asked_at AS "askedAt"`;
      return rows.map(({ askedAs, askedAt, ...row }) => ({
        ...row,
        asked: askedAs !== null && askedAt !== null ? { as: askedAs, at: askedAt } : null,
      }));
    },

    /** Notes the name before it is asked for, so that a lost answer can be found again. */
    async asking(userId: string, as: string, at: Date): Promise<void> {
      const data = { askedAs: as, askedAt: at };
      await db.pluginKey.updateMany({ where: { userId, askedAs: null }, data });
    },

    /** Notes who they are there before they are asked for another key. */
    async found(userId: string, pluginUserId: string): Promise<void> {
      await db.pluginKey.updateMany({ where: { userId }, data: { pluginUserId } });
    },

    /** Those of these ids that are somebody's already. */
    async known(pluginUserIds: readonly string[]): Promise<Set<string>> {
      const where = { pluginUserId: { in: [...pluginUserIds] } };
      const rows = await db.pluginKey.findMany({ where, select: { pluginUserId: true } });
      return new Set(rows.map(({ pluginUserId }) => pluginUserId ?? ''));
    },

    /** Makes the account that holds the key, unless there is one. Resolves with whether it did. */
    ready: (userId: string, key: MadeKey, now: Date): Promise<boolean> =>
      withTx(db, (tx) => keep(tx, userId, key, now)),

    async failed(userId: string, error: string, at: { now: Date; next: Date }): Promise<void> {
      await db.pluginKey.updateMany({
        where: { userId, NOT: { state: 'ready' } },
        data: {
          state: 'failed',
          lastError: error,
          lastErrorAt: at.now,
          nextTryAt: at.next,
          updatedAt: at.now,
        },
      });
    },

    /** Gives a claim back that was not carried out. */
    async release(userId: string, now: Date): Promise<void> {
      const where = { userId, NOT: { state: 'ready' as const } };
      await db.pluginKey.updateMany({ where, data: { nextTryAt: now } });
    },

    /** By user name, after one of them. */
    list: (wish: {
      state: PluginKeyState | null;
      search: string;
      after: string | null;
      limit: number;
    }): Promise<PluginKeyRow[]> => db.$queryRaw`
      SELECT k.user_id::text AS "userId", u.username, ${STATE} AS state,
        k.plugin_user_id AS "pluginUserId", k.account_id::text AS "accountId", k.attempts,
        k.next_try_at AS "nextTryAt", k.last_error AS "lastError",
        k.last_error_at AS "lastErrorAt", k.last_used_at AS "lastUsedAt",
        k.created_at AS "createdAt"
      FROM plugin_keys k JOIN users u ON u.id = k.user_id
      WHERE strpos(u.username, lower(${wish.search})) > 0
        AND (${wish.state}::text IS NULL OR ${STATE} = ${wish.state})
        AND (${wish.after}::text IS NULL OR u.username > ${wish.after})
      ORDER BY u.username LIMIT ${wish.limit}`,

    async counts(): Promise<Map<PluginKeyState, number>> {
      const rows = await db.$queryRaw<{ state: PluginKeyState; count: number }[]>`
        SELECT ${STATE} AS state, count(*)::int AS count FROM plugin_keys k GROUP BY 1`;
      return new Map(rows.map(({ count, state }) => [state, count]));
    },

    /** Their row and what they are called; null when there is none. */
    async find(userId: string): Promise<PluginKeyRow | null> {
      const row = await db.pluginKey.findUnique({
        where: { userId },
        include: { user: { select: { username: true } } },
      });
      if (!row) return null;
      const removed = row.state === 'ready' && row.accountId === null;
      return { ...row, username: row.user.username, state: removed ? 'removed' : row.state };
    },

    /**
     * Puts them at the head of the line: one, or all that failed. `note` is called last with how many
     * there were. A try that runs is not doubled.
     */
    retry: (
      userId: string | null,
      now: Date,
      note: (tx: Tx, count: number) => Promise<void>,
    ): Promise<number> =>
      withTx(db, async (tx) => {
        const one = userId === null ? Prisma.empty : Prisma.sql`AND k.user_id = ${userId}::uuid`;
        const count = await tx.$executeRaw`
          UPDATE plugin_keys k SET state = 'pending', next_try_at = ${now}, updated_at = ${now}
          WHERE (k.state = 'failed'
            OR (k.state = 'ready' AND k.account_id IS NULL AND ${userId !== null})) ${one}`;
        if (count > 0) await note(tx, count);
        return count;
      }),

    async stored(userId: string): Promise<StoredKey | null> {
      const row = await db.pluginKey.findUnique({
        where: { userId },
        include: {
          account: { select: { id: true, secret: true, state: true } },
          user: { select: { number: true } },
        },
      });
      if (!row?.account) return null;
      const { account, createdAt, lastUsedAt, number, pluginUserId, updatedAt } = row;
      return {
        ...{ number, pluginUserId, createdAt, updatedAt, lastUsedAt },
        userNumber: row.user.number,
        accountId: account.id,
        secret: account.secret,
        active: account.state !== 'disabled',
      };
    },

    /** The family of models that a key is for, and whether its holder tries out what is new. */
    async familyOf(userId: string, keyId: string | null) {
      const [key, user] = await Promise.all([
        keyId === null
          ? null
          : db.apiKey.findUnique({ where: { id: keyId }, select: { family: true } }),
        db.user.findUnique({ where: { id: userId }, select: { beta: true } }),
      ]);
      return { family: key?.family ?? null, beta: user?.beta ?? false };
    },

    /** Says when it was used last; never turns a newer time back. */
    async used(userId: string, at: Date): Promise<void> {
      await db.$executeRaw`
        UPDATE plugin_keys SET last_used_at = GREATEST(last_used_at, ${at})
        WHERE user_id = ${userId}::uuid`;
    },

    /** Keys made elsewhere: whom they are for is said by user name. */
    async userIds(usernames: readonly string[]): Promise<Map<string, string>> {
      const where = { username: { in: [...usernames] } };
      const rows = await db.user.findMany({ where, select: { id: true, username: true } });
      return new Map(rows.map(({ id, username }) => [username, id]));
    },

    /** Keeps a key made elsewhere. Resolves with false when its person has one already. */
    adopt: (userId: string, key: MadeKey, now: Date): Promise<boolean> =>
      withTx(db, async (tx) => {
        const row = { userId, nextTryAt: now, createdAt: now, updatedAt: now };
        await tx.pluginKey.createMany({ data: [row], skipDuplicates: true });
        return keep(tx, userId, key, now);
      }),
  };
}

type ClaimRow = Omit<Claim, 'asked'> & { askedAs: string | null; askedAt: Date | null };

async function keep(tx: Tx, userId: string, key: MadeKey, now: Date): Promise<boolean> {
  await tx.$queryRaw`SELECT 1 AS locked FROM plugin_keys WHERE user_id = ${userId}::uuid FOR UPDATE`;
  const row = await tx.pluginKey.findUnique({ where: { userId }, select: { accountId: true } });
  if (!row || row.accountId !== null) return false;
  const { accountId, pluginUserId, secret, secretHint } = key;
  await tx.account.create({
    data: {
      id: accountId,
      ownerId: userId,
      platformId: PLUGIN_PLATFORM,
      name: ACCOUNT_NAME,
      kind: 'plugin',
      policyClass: 'personal',
      stateSince: now,
      ...{ secret, secretHint },
    },
    select: { id: true },
  });
  await tx.pluginKey.update({
    where: { userId },
    data: {
      state: 'ready',
      ...{ accountId, pluginUserId },
      ...{ lastError: null, lastErrorAt: null, askedAs: null, askedAt: null },
      updatedAt: now,
    },
  });
  await notify(tx, 'accounts', [accountId]);
  return true;
}
