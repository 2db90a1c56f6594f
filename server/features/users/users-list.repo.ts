import { z } from 'zod';
import type {
  UserDevice,
  UserFilter,
  UserName,
  UserSort,
  UserState,
} from '#shared/schemas/users.ts';
import type { Db, Tx } from '../../infra/prisma/client.ts';
import { Prisma } from '../../infra/prisma/generated/client.ts';
import { notify } from '../../infra/prisma/notify.ts';
import { endTokensOf } from '../tokens/index.ts';

/** Where a page ended: what it is sorted by there, as text, and the id. */
export type Place = { key: string; id: string };

export type ListQuery = {
  filter: UserFilter;
  sort: UserSort;
  descending: boolean;
  after: Place | null;
  limit: number;
};

/** What people are sorted by, and as what its text is read. */
const SORTS: Readonly<Record<UserSort, { key: Prisma.Sql; type: Prisma.Sql }>> = {
  name: {
    key: Prisma.sql`lower(COALESCE(NULLIF(u.display_name, ''), u.username))`,
    type: Prisma.sql`text`,
  },
  seen: {
    key: Prisma.sql`COALESCE(u.last_seen_at, '-infinity')`,
    type: Prisma.sql`timestamptz`,
  },
  created: { key: Prisma.sql`u.created_at`, type: Prisma.sql`timestamptz` },
  trustLevel: { key: Prisma.sql`u.trust_level`, type: Prisma.sql`smallint` },
};

const Key = z.object({ id: z.string(), key: z.string() });
const Count = z.object({ state: z.string(), count: z.number() });

/** People by what is asked for, thousands of them. */
export function createUsersListRepo(db: Db) {
  return {
    /** A page of ids with what they are sorted by. Throws like the database on a key of another sort. */
    async page({ after, descending, filter, limit, sort }: ListQuery): Promise<Place[]> {
      const { key, type } = SORTS[sort];
      const way = descending ? Prisma.sql`DESC` : Prisma.sql`ASC`;
      const than = descending ? Prisma.sql`<` : Prisma.sql`>`;
      const next = after
        ? Prisma.sql`AND (${key}, u.id) ${than} (${after.key}::text::${type}, ${after.id}::uuid)`
        : Prisma.empty;
      const rows = await db.$queryRaw`
        SELECT u.id::text, (${key})::text AS key FROM users u
        WHERE ${fits(filter)} ${stateIs(filter.state)} ${next}
        ORDER BY ${key} ${way}, u.id ${way} LIMIT ${limit}`;
      return z.array(Key).parse(rows);
    },

    /** How many of each state fit, whatever state the filter asks for. */
    async counts(filter: UserFilter): Promise<Record<UserState, number>> {
      const rows = await db.$queryRaw`
        SELECT u.state::text, count(*)::int FROM users u WHERE ${fits(filter)} GROUP BY 1`;
      const none = { active: 0, silenced: 0, disabled: 0, pending: 0 };
      const found = z.array(Count).parse(rows);
      return { ...none, ...Object.fromEntries(found.map(({ count, state }) => [state, count])) };
    },

    /** The first by name of those that fit; with `ids` those. */
    names: (search: string, ids: readonly string[] | null, limit: number): Promise<UserName[]> =>
      db.$queryRaw`
        SELECT u.id::text, u.username, u.display_name AS "displayName" FROM users u
        WHERE ${fits({ search })} AND (${ids}::uuid[] IS NULL OR u.id = ANY(${ids}::uuid[]))
        ORDER BY u.username LIMIT ${limit}`,

    /** Where somebody is signed in, the last used first. */
    async devices(userId: string): Promise<UserDevice[]> {
      const where = { userId };
      const place = { id: true, userAgent: true, address: true, createdAt: true } as const;
      const sessions = await db.session.findMany({ where, select: { ...place, lastSeenAt: true } });
      const programs = await db.tokenFamily.findMany({
        where,
        select: { ...place, lastUsedAt: true },
      });
      return [
        ...sessions.map(({ lastSeenAt, ...row }) => toDevice('browser', row, lastSeenAt)),
        ...programs.map(({ lastUsedAt, ...row }) => toDevice('program', row, lastUsedAt)),
      ].sort((a, b) => (a.lastSeenAt < b.lastSeenAt ? 1 : -1));
    },

    /** Ends one of somebody's devices, or all (null). Resolves with how many it ended. */
    async endDevices(tx: Tx, userId: string, deviceId: string | null): Promise<number> {
      const where = { userId, ...(deviceId !== null && { id: deviceId }) };
      const sessions = await tx.session.deleteMany({ where });
      if (deviceId === null) return sessions.count + (await endTokensOf(tx, userId)).length;
      if (!z.uuid().safeParse(deviceId).success) return sessions.count;
      const programs = await tx.tokenFamily.deleteMany({ where });
      await notify(tx, 'tokens', [deviceId]);
      return sessions.count + programs.count;
    },
  };
}
export type UsersListRepo = ReturnType<typeof createUsersListRepo>;

function fits({ notSeenSince, role, search, secondFactor, trustLevel }: UserFilter): Prisma.Sql {
  const words = (search ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const rules = [
    Prisma.sql`NOT EXISTS (SELECT 1 FROM unnest(${words}::text[]) AS w (word) WHERE strpos(
      lower(u.username || ' ' || u.display_name || ' ' || COALESCE(u.email, '')), w.word) = 0)`,
  ];
  if (role !== undefined) rules.push(Prisma.sql`u.role = ${role}`);
  if (trustLevel !== undefined) rules.push(Prisma.sql`u.trust_level = ${trustLevel}`);
  if (notSeenSince !== undefined) {
    const since = new Date(notSeenSince);
    rules.push(Prisma.sql`(u.last_seen_at IS NULL OR u.last_seen_at < ${since})`);
  }
  if (secondFactor !== undefined) {
    rules.push(Prisma.sql`${secondFactor === 'yes'} = (
      EXISTS (SELECT 1 FROM totp t WHERE t.user_id = u.id AND t.confirmed_at IS NOT NULL)
      OR EXISTS (SELECT 1 FROM passkeys p WHERE p.user_id = u.id))`);
  }
  return Prisma.join(rules, ' AND ');
}

function stateIs(state: UserState | undefined): Prisma.Sql {
  return state === undefined ? Prisma.empty : Prisma.sql`AND u.state = ${state}::user_state`;
}

type Device = Pick<UserDevice, 'id' | 'userAgent' | 'address'> & { createdAt: Date };

function toDevice(kind: UserDevice['kind'], { createdAt, ...row }: Device, lastUsed: Date) {
  const times = { createdAt: createdAt.toISOString(), lastSeenAt: lastUsed.toISOString() };
  return { ...row, kind, ...times } satisfies UserDevice;
}
