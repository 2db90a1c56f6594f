import type { UserUpdate, UserView } from '#shared/schemas/users.ts';
import type { Db, Tx } from '../../infra/prisma/client.ts';
import { withTx } from '../../infra/prisma/client.ts';
import { holdLock } from '../../infra/prisma/locks.ts';
import { notify } from '../../infra/prisma/notify.ts';

export type NewUser = Pick<UserView, 'id' | 'username' | 'displayName' | 'role'> & {
  passwordHash: string | null;
  createdAt: Date;
};

export type UserChange = Omit<UserUpdate, 'id'>;

export type UserStanding = Pick<UserView, 'id' | 'role' | 'state' | 'hasPassword'>;

const VIEW = {
  id: true,
  username: true,
  displayName: true,
  role: true,
  state: true,
  passwordHash: true,
  rpm: true,
  tokensPerDay: true,
  lastSeenAt: true,
  createdAt: true,
  _count: { select: { keys: { where: { revokedAt: null } }, accounts: true } },
} as const;

/** Rows of `users`. */
export function createUsersRepo(db: Db) {
  return {
    inTx: <Result>(work: (tx: Tx) => Promise<Result>) => withTx(db, work),

    async list(): Promise<UserView[]> {
      const rows = await db.user.findMany({ select: VIEW, orderBy: { username: 'asc' } });
      return rows.map(toView);
    },

    async find(tx: Tx, id: string): Promise<UserView | null> {
      const row = await tx.user.findUnique({ where: { id }, select: VIEW });
      return row && toView(row);
    },

    count: (tx: Tx) => tx.user.count(),

    /** @returns null when the user name is taken. */
    async insert(tx: Tx, user: NewUser): Promise<UserView | null> {
      const { count } = await tx.user.createMany({ data: [user], skipDuplicates: true });
      if (count === 0) return null;
      return toView(await tx.user.findUniqueOrThrow({ where: { id: user.id }, select: VIEW }));
    },

    async update(tx: Tx, id: string, change: UserChange): Promise<UserView> {
      const { tokensPerDay, ...rest } = withoutUndefined(change);
      const limit = tokensPerDay === undefined ? {} : { tokensPerDay: toBigInt(tokensPerDay) };
      return toView(
        await tx.user.update({ where: { id }, data: { ...rest, ...limit }, select: VIEW }),
      );
    },

    async setPassword(tx: Tx, id: string, passwordHash: string | null): Promise<void> {
      await tx.user.update({ where: { id }, data: { passwordHash }, select: { id: true } });
    },

    /** Waits for its turn; then the standings read in `tx` hold until it commits. */
    lockAdmins: (tx: Tx): Promise<void> => holdLock(tx, 'admins'),

    /** Waits for other changes of this user and keeps them out until `tx` ends. */
    async lock(tx: Tx, id: string): Promise<UserStanding | null> {
      await tx.$queryRaw`SELECT 1 AS locked FROM users WHERE id = ${id}::uuid FOR UPDATE`;
      const row = await tx.user.findUnique({
        where: { id },
        select: { id: true, role: true, state: true, passwordHash: true },
      });
      if (!row) return null;
      const { passwordHash, ...standing } = row;
      return { ...standing, hasPassword: passwordHash !== null };
    },

    /** How many others are admins who can sign in. */
    countAdminsBut: (tx: Tx, id: string) =>
      tx.user.count({
        where: { id: { not: id }, role: 'admin', state: 'active', passwordHash: { not: null } },
      }),

    /** Tells every replica when `tx` commits. */
    announce: (tx: Tx, id: string): Promise<void> => notify(tx, 'users', [id]),
  };
}
export type UsersRepo = ReturnType<typeof createUsersRepo>;

type ViewRow = Omit<
  UserView,
  'hasPassword' | 'lastSeenAt' | 'createdAt' | 'tokensPerDay' | 'keys' | 'accounts'
> & {
  passwordHash: string | null;
  tokensPerDay: bigint | null;
  lastSeenAt: Date | null;
  createdAt: Date;
  _count: { keys: number; accounts: number };
};

function toView({ passwordHash, _count, ...row }: ViewRow): UserView {
  return {
    ...row,
    hasPassword: passwordHash !== null,
    tokensPerDay: row.tokensPerDay === null ? null : Number(row.tokensPerDay),
    keys: _count.keys,
    accounts: _count.accounts,
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}

function toBigInt(value: number | null): bigint | null {
  return value === null ? null : BigInt(value);
}

type Defined<Value> = { [Name in keyof Value]?: Exclude<Value[Name], undefined> };

/** Zod says "optional" as `undefined`; Prisma's types want the member to be absent. */
function withoutUndefined<Value extends object>(value: Value): Defined<Value> {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries) as Defined<Value>;
}
