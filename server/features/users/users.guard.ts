import { AppError } from '#shared/errors.ts';
import { type Allowed, covers, requirePermission } from '#shared/permissions.ts';
import type { AuditAction } from '#shared/schemas/audit.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { UserUpdate, UserView } from '#shared/schemas/users.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import { type Actor, type Audit, by } from '../audit/index.ts';
import { type Proven, requireRecentProof } from '../sessions/index.ts';
import type { UserStanding, UsersRepo } from './users.repo.ts';

type UsersGuardDeps = {
  repo: Pick<UsersRepo, 'lockAdmins' | 'lock' | 'countAdminsBut' | 'roleAllows'>;
  audit: Pick<Audit, 'note'>;
};

/** What a person was and is; null = nobody of the name. `also` is told beside it. */
type Change = { before?: UserView | null; after: UserView | null; also?: object };

/**
 * Stands for the holder of an admin key from the configuration, who is nobody among the users: what they
 * may do is said by the server and not by a row. No user ever has this id.
 */
export const CONFIGURED_ADMIN_ID = '00000000-0000-0000-0000-000000000000';

/** What every change of a person is held against, and how it is recorded. */
export function createUsersGuard({ audit, repo }: UsersGuardDeps) {
  /**
   * Takes the lock over who is an admin and checks that the caller still may do this: they may have
   * been demoted or disabled since their request came in.
   * @returns what they may do now.
   */
  async function asManager(tx: Tx, me: Me): Promise<Allowed> {
    await repo.lockAdmins(tx);
    const manager = { permissions: await permissionsNow(tx, me) };
    requirePermission(manager, 'users.write');
    return manager;
  }

  async function permissionsNow(tx: Tx, me: Me): Promise<Allowed['permissions']> {
    if (me.id === CONFIGURED_ADMIN_ID) return me.permissions;
    const caller = await repo.lock(tx, me.id);
    return caller?.state === 'active' ? caller.permissions : [];
  }

  async function keepAnAdmin(tx: Tx, target: UserStanding): Promise<void> {
    if (target.role !== 'admin' || target.state !== 'active') return;
    if ((await repo.countAdminsBut(tx, target.id)) > 0) return;
    throw new AppError(
      'conflict',
      'This is the last admin who can sign in. Make someone else an admin first.',
    );
  }

  /** @throws AppError forbidden for somebody whose role allows more than the caller's. */
  async function lockTarget(tx: Tx, manager: Allowed, id: string): Promise<UserStanding> {
    const target = await repo.lock(tx, id);
    if (!target) throw new AppError('not_found', 'There is no such user. Reload the list.');
    if (covers(manager, target.permissions)) return target;
    throw new AppError('forbidden', 'This person may do more than you. Ask an admin.');
  }

  /** Nobody hands on what they lack. */
  async function mayGive(tx: Tx, manager: Allowed, role: string): Promise<void> {
    const allows = await repo.roleAllows(tx, role);
    if (!allows) throw new AppError('bad_request', 'There is no such role.', { param: 'role' });
    if (covers(manager, allows)) return;
    throw new AppError('forbidden', 'This role allows more than yours. Ask an admin to give it.', {
      param: 'role',
    });
  }

  /** Records a change of one person, at the end of its transaction. */
  async function note(tx: Tx, actor: Actor, action: AuditAction, change: Change): Promise<void> {
    const { after, also, before = null } = change;
    const who = after ?? before;
    if (!who) return;
    await audit.note(tx, {
      ...by(actor, actor.me),
      action,
      target: { kind: 'user', id: who.id, name: who.username },
      before: before && factsOf(before),
      after: after && { ...factsOf(after), ...also },
    });
  }

  return { asManager, keepAnAdmin, lockTarget, mayGive, mayMove, note };
}
export type UsersGuard = ReturnType<typeof createUsersGuard>;

/** Another role or state: nobody gives themselves one, and a role takes a recent proof. */
function mayMove(
  actor: Actor & Proven,
  target: UserStanding,
  change: Pick<UserUpdate, 'role' | 'state'>,
): void {
  const promoted = change.role !== undefined && change.role !== target.role;
  const moved = change.state !== undefined && change.state !== target.state;
  if (target.id === actor.me.id && (promoted || moved)) {
    throw new AppError(
      'conflict',
      'You cannot change your own role or disable yourself. Ask another admin.',
      { param: promoted ? 'role' : 'state' },
    );
  }
  if (promoted) requireRecentProof(actor);
}

/** What of a person is told. */
function factsOf(user: UserView) {
  const { displayName, email, hasPassword, passkeys, role, rpm, secondFactor, state } = user;
  const { tokensPerDay, trustLevel, username } = user;
  const signIn = { hasPassword, secondFactor, passkeys };
  const standing = { role, state, trustLevel };
  return { username, displayName, email, ...standing, ...signIn, rpm, tokensPerDay };
}
