import { type Permission, permissionsOf } from '#shared/permissions.ts';
import type { Person, UserState, UserUpdate, UserView } from '#shared/schemas/users.ts';
import type { Db, Tx } from '../../infra/prisma/client.ts';
import { withTx } from '../../infra/prisma/client.ts';
import { holdLock } from '../../infra/prisma/locks.ts';
import { notify } from '../../infra/prisma/notify.ts';
import { type LimitSet, limitsOf, moreThanShown, NO_LIMITS, saveLimits } from '../quotas/index.ts';

export type NewUser = Pick<UserView, 'id' | 'username' | 'displayName' | 'role'> & {
  email?: string | undefined;
  trustLevel?: number;
  state?: UserState;
  passwordHash: string | null;
  createdAt: Date;
};

export type UserChange = Omit<UserUpdate, 'id'>;

export type PeoplePage = {
  /** Part of the name, in any case; empty = everybody. */
  search: string;
  /** Only these; null = whoever it is. */
  ids: readonly string[] | null;
  /** Id of the last one of the page before. */
  after: string | null;
  limit: number;
};

export type UserStanding = Pick<UserView, 'id' | 'role' | 'state' | 'hasPassword'> & {
  permissions: readonly Permission[];
};

/** What a UserView is made of. */
export const VIEW = {
  id: true,
  username: true,
  displayName: true,
  email: true,
  emailVerifiedAt: true,
  trustLevel: true,
  role: true,
  state: true,
  passwordHash: true,
  lastSeenAt: true,
  createdAt: true,
  totp: { select: { confirmedAt: true } },
  _count: { select: { keys: { where: { revokedAt: null } }, accounts: true, passkeys: true } },
} as const;

/**
 * Rows of `users`. `environmentService` is the id of the sign-in service that the environment names; it
 * has no row of its own.
 */
export function createUsersRepo(db: Db, environmentService: string | null = null) {
  return {
    inTx: <Result>(work: (tx: Tx) => Promise<Result>) => withTx(db, work),

    /** Those of these ids that are there, in the order of the ids. */
    async views(ids: readonly string[]): Promise<UserView[]> {
      const rows = await db.user.findMany({ where: { id: { in: [...ids] } }, select: VIEW });
      const limits = await limitsOf(db, 'user', ids);
      const found = new Map(rows.map((row) => [row.id, toView(row, limits(row.id))]));
      return ids.flatMap((id) => found.get(id) ?? []);
    },

    /**
     * Active people by the name they go by. A user name may be a mail address, so what follows its
     * `@` is neither shown nor searched.
     */
    people: ({ search, ids, after, limit }: PeoplePage): Promise<Person[]> => db.$queryRaw`
      WITH named AS (
        SELECT id, state, COALESCE(NULLIF(display_name, ''), split_part(username, '@', 1)) AS name
        FROM users)
      SELECT id::text, name FROM named
      WHERE state = 'active'
        AND (${ids}::uuid[] IS NULL OR id = ANY(${ids}::uuid[]))
        AND strpos(lower(name), lower(${search})) > 0
        AND (${after}::uuid IS NULL
          OR (lower(name), id) > (SELECT lower(name), id FROM named WHERE id = ${after}::uuid))
      ORDER BY lower(name), id LIMIT ${limit}`,

    async find(tx: Tx, id: string): Promise<UserView | null> {
      const row = await tx.user.findUnique({ where: { id }, select: VIEW });
      return row && toView(row, (await limitsOf(tx, 'user', [id]))(id));
    },

    count: (tx: Tx) => tx.user.count(),

    /** @returns null when the user name or the address is taken. */
    async insert(tx: Tx, user: NewUser): Promise<UserView | null> {
      const data = [{ ...user, email: user.email ?? null }];
      const { count } = await tx.user.createMany({ data, skipDuplicates: true });
      if (count === 0) return null;
      const row = await tx.user.findUniqueOrThrow({ where: { id: user.id }, select: VIEW });
      return toView(row, NO_LIMITS);
    },

    async update(tx: Tx, id: string, change: UserChange): Promise<UserView> {
      const { rpm, tokensPerDay, ...data } = withoutUndefined(change);
      const row = await tx.user.update({ where: { id }, data, select: VIEW });
      await saveLimits(tx, 'user', id, { rpm, tokensPerDay });
      return toView(row, (await limitsOf(tx, 'user', [id]))(id));
    },

    async setPassword(tx: Tx, id: string, passwordHash: string | null): Promise<void> {
      await tx.user.update({ where: { id }, data: { passwordHash }, select: { id: true } });
    },

    /**
     * What belongs to the user goes with them (foreign keys and triggers). NOTE: their id stays among
     * those an account is lent to, for a list that became empty would lend it to everyone.
     */
    async delete(tx: Tx, id: string): Promise<void> {
      await tx.user.delete({ where: { id }, select: { id: true } });
    },

    /** Which of these names and addresses somebody has. */
    async taken(usernames: readonly string[], emails: readonly string[]) {
      const rows = await db.user.findMany({
        where: { OR: [{ username: { in: [...usernames] } }, { email: { in: [...emails] } }] },
        select: { username: true, email: true },
      });
      return {
        usernames: new Set(rows.map(({ username }) => username)),
        emails: new Set(rows.flatMap(({ email }) => email ?? [])),
      };
    },

    /** Waits for its turn; then the standings read in `tx` hold until it commits. */
    lockAdmins: (tx: Tx): Promise<void> => holdLock(tx, 'admins'),

    /** Waits for other changes of this user and keeps them out until `tx` ends. */
    async lock(tx: Tx, id: string): Promise<UserStanding | null> {
      await tx.$queryRaw`SELECT 1 AS locked FROM users WHERE id = ${id}::uuid FOR UPDATE`;
      const row = await tx.user.findUnique({
        where: { id },
        select: {
          id: true,
          role: true,
          state: true,
          passwordHash: true,
          roleRow: { select: { id: true, builtIn: true, permissions: true } },
        },
      });
      if (!row) return null;
      const { passwordHash, roleRow, ...standing } = row;
      const permissions = permissionsOf(roleRow);
      return { ...standing, permissions, hasPassword: passwordHash !== null };
    },

    /** What a role allows, held as it is until `tx` ends; null when there is no such role. */
    async roleAllows(tx: Tx, id: string): Promise<readonly Permission[] | null> {
      await tx.$queryRaw`SELECT 1 AS locked FROM roles WHERE id = ${id} FOR SHARE`;
      const row = await tx.role.findUnique({
        where: { id },
        select: { id: true, builtIn: true, permissions: true },
      });
      return row && permissionsOf(row);
    },

    /**
     * How many others are admins who can sign in: by password, passkey, or an account at a service that
     * is on. Whose password was reset comes in by their link alone, which may be lost.
     */
    async countAdminsBut(tx: Tx, id: string): Promise<number> {
      const services = await tx.identityProvider.findMany({
        where: { enabled: true },
        select: { id: true },
      });
      const open = [...services.map((service) => service.id), environmentService ?? []].flat();
      return await tx.user.count({
        where: {
          ...{ id: { not: id }, role: 'admin', state: 'active' },
          OR: [
            { passwordHash: { not: null } },
            {
              invites: { none: { usedAt: null, createdBy: { not: null } } },
              OR: [
                { passkeys: { some: {} } },
                { identities: { some: { providerId: { in: open } } } },
              ],
            },
          ],
        },
      });
    },

    /** Tells every replica when `tx` commits. */
    announce: (tx: Tx, id: string): Promise<void> => notify(tx, 'users', [id]),
  };
}
export type UsersRepo = ReturnType<typeof createUsersRepo>;

type ViewRow = Omit<
  UserView,
  | 'hasPassword'
  | 'emailVerified'
  | 'secondFactor'
  | 'passkeys'
  | 'lastSeenAt'
  | 'createdAt'
  | 'rpm'
  | 'tokensPerDay'
  | 'moreLimits'
  | 'keys'
  | 'accounts'
> & {
  passwordHash: string | null;
  emailVerifiedAt: Date | null;
  lastSeenAt: Date | null;
  createdAt: Date;
  totp: { confirmedAt: Date | null } | null;
  _count: { keys: number; accounts: number; passkeys: number };
};

function toView(
  { passwordHash, emailVerifiedAt, totp, _count, ...row }: ViewRow,
  limits: LimitSet,
): UserView {
  return {
    ...row,
    emailVerified: emailVerifiedAt !== null,
    hasPassword: passwordHash !== null,
    secondFactor: totp !== null && totp.confirmedAt !== null,
    passkeys: _count.passkeys,
    rpm: limits.rpm,
    tokensPerDay: limits.tokensPerDay,
    moreLimits: moreThanShown(limits),
    keys: _count.keys,
    accounts: _count.accounts,
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}

type Defined<Value> = { [Name in keyof Value]?: Exclude<Value[Name], undefined> };

/** Zod says "optional" as `undefined`; Prisma's types want the member to be absent. */
function withoutUndefined<Value extends object>(value: Value): Defined<Value> {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries) as Defined<Value>;
}
