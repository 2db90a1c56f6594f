import { BUILT_IN_ROLES, type Permission, permissionsOf } from '#shared/permissions.ts';
import type { RoleView } from '#shared/schemas/roles.ts';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import { notify } from '../../infra/prisma/notify.ts';
import type { Noting } from '../audit/index.ts';

export type RoleRow = Omit<RoleView, 'people'>;
export type RoleFacts = { name: string; description: string; permissions: Permission[] };

const SELECT = {
  id: true,
  name: true,
  description: true,
  builtIn: true,
  permissions: true,
} as const;

/** Looks at the row as it is until the transaction ends, and throws when it may not be changed. */
type Check = (row: RoleRow) => void;

/** Rows of `roles`. What people may do is asked of them, so writers tell the replicas. */
export function createRolesRepo(db: Db) {
  return {
    /** Built-in ones first, in the order of their table, then by name. */
    async list(): Promise<RoleView[]> {
      const rows = await db.role.findMany({
        select: { ...SELECT, _count: { select: { users: true } } },
        orderBy: [{ name: 'asc' }, { id: 'asc' }],
      });
      const roles = rows.map(({ _count, ...row }) => ({ ...toRow(row), people: _count.users }));
      return roles.sort((a, b) => placeOf(a) - placeOf(b));
    },

    /** Returns false when the id is taken. */
    create(id: string, facts: RoleFacts, noting: Noting<RoleRow>): Promise<boolean> {
      return withTx(db, async (tx) => {
        const data = [{ id, ...facts }];
        const made = await tx.role.createMany({ data, skipDuplicates: true });
        if (made.count === 0) return false;
        await noting(tx, null, { id, ...facts, builtIn: false });
        return true;
      });
    },

    /** Returns false when there is none of that id. */
    update(id: string, facts: RoleFacts, check: Check, noting: Noting<RoleRow>): Promise<boolean> {
      return withTx(db, async (tx) => {
        const before = await lock(tx, id);
        if (!before) return false;
        check(before);
        const row = await tx.role.update({ where: { id }, data: facts, select: SELECT });
        // Nobody knows who of all the people held it: what is kept of anybody is read again.
        await notify(tx, 'users', []);
        await noting(tx, before, toRow(row));
        return true;
      });
    },

    /** Deletes it unless people hold it; tells how many do. Null when there is none of that id. */
    delete(id: string, check: Check, noting: Noting<RoleRow>): Promise<number | null> {
      return withTx(db, async (tx) => {
        const before = await lock(tx, id);
        if (!before) return null;
        check(before);
        const people = await tx.user.count({ where: { role: id } });
        if (people > 0) return people;
        await tx.role.delete({ where: { id } });
        await noting(tx, before, null);
        return 0;
      });
    },
  };
}
export type RolesRepo = ReturnType<typeof createRolesRepo>;

/** The row as it is until `tx` ends; null when there is none. */
async function lock(tx: Tx, id: string): Promise<RoleRow | null> {
  await tx.$queryRaw`SELECT 1 AS locked FROM roles WHERE id = ${id} FOR UPDATE`;
  const row = await tx.role.findUnique({ where: { id }, select: SELECT });
  return row && toRow(row);
}

function placeOf({ id, builtIn }: RoleRow): number {
  const order = Object.keys(BUILT_IN_ROLES);
  return builtIn ? order.indexOf(id) : order.length;
}

type Stored = Omit<RoleRow, 'permissions'> & { permissions: string[] };

function toRow(row: Stored): RoleRow {
  return { ...row, permissions: permissionsOf(row) };
}
