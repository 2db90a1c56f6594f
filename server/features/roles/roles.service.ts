import { AppError } from '#shared/errors.ts';
import { BUILT_IN_ROLES, covers, type Permission } from '#shared/permissions.ts';
import type { RoleCreate, RoleUpdate, RoleView } from '#shared/schemas/roles.ts';
import type { Actor, Audit, Told } from '../audit/index.ts';
import { type Proven, requireRecentProof } from '../sessions/index.ts';
import type { RoleRow, RolesRepo } from './roles.repo.ts';

export type RolesDeps = { repo: RolesRepo; audit: Pick<Audit, 'noting'> };
export type RolesService = ReturnType<typeof createRolesService>;

/**
 * Roles that are made of permission codes. Whoever keeps them can neither give what they lack nor
 * touch a role that allows more than theirs, and proves first that it is them.
 */
export function createRolesService({ repo, audit }: RolesDeps) {
  function mayHandOn(
    { me }: Actor,
    permissions: readonly Permission[],
    param: string | null,
  ): void {
    if (covers(me, permissions)) return;
    const lacking = permissions.filter((code) => !me.permissions.includes(code));
    throw new AppError(
      'forbidden',
      `Your own role does not allow ${lacking.join(', ')}. Ask an admin.`,
      { ...(param && { param }) },
    );
  }

  /** What is checked of the row before it is changed. */
  const mayTouch = (actor: Actor) => (row: RoleRow) => {
    if (row.builtIn) {
      throw new AppError('conflict', 'Built-in roles stay as they are. Make a role of your own.');
    }
    mayHandOn(actor, row.permissions, null);
  };

  return {
    list: (): Promise<RoleView[]> => repo.list(),

    /** @throws AppError conflict when the id is taken; forbidden for what one lacks; step_up_needed. */
    async create(actor: Actor & Proven, { id, ...facts }: RoleCreate): Promise<null> {
      requireRecentProof(actor);
      mayHandOn(actor, facts.permissions, 'permissions');
      const made =
        !(id in BUILT_IN_ROLES) &&
        (await repo.create(id, facts, audit.noting(actor, 'roles.create', { tell })));
      if (made) return null;
      throw new AppError('conflict', 'Another role has this id. Choose another one.', {
        param: 'id',
      });
    },

    /**
     * Counts for everybody who holds it from their next request on.
     * @throws AppError not_found; conflict for a built-in one; forbidden; step_up_needed.
     */
    async update(actor: Actor & Proven, { id, ...facts }: RoleUpdate): Promise<null> {
      requireRecentProof(actor);
      mayHandOn(actor, facts.permissions, 'permissions');
      const noting = audit.noting(actor, 'roles.update', { tell });
      if (await repo.update(id, facts, mayTouch(actor), noting)) return null;
      throw noRole();
    },

    /** @throws AppError not_found; conflict for a built-in one or one that people hold; step_up_needed. */
    async delete(actor: Actor & Proven, id: string): Promise<null> {
      requireRecentProof(actor);
      const noting = audit.noting(actor, 'roles.delete', { tell });
      const people = await repo.delete(id, mayTouch(actor), noting);
      if (people === null) throw noRole();
      if (people === 0) return null;
      throw new AppError(
        'conflict',
        `This role is held by ${people} ${people === 1 ? 'person' : 'people'}; give them another one first.`,
      );
    },
  };
}

function tell({ id, name, description, permissions }: RoleRow): Told {
  return { target: { kind: 'role', id, name }, facts: { name, description, permissions } };
}

function noRole(): AppError {
  return new AppError('not_found', 'There is no such role. Reload the list.');
}
