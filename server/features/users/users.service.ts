import { AppError } from '#shared/errors.ts';
import { type Allowed, covers, requirePermission } from '#shared/permissions.ts';
import type { AuditAction } from '#shared/schemas/audit.ts';
import { Id } from '#shared/schemas/common.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type {
  InviteLink,
  People,
  PeopleInput,
  UserCreate,
  UserCreated,
  UserUpdate,
  UserView,
} from '#shared/schemas/users.ts';
import type { Clock } from '../../infra/clock.ts';
import { newId } from '../../infra/ids.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import { type Actor, type Audit, by } from '../audit/index.ts';
import { deleteFactorsOf } from '../factors/index.ts';
import {
  deleteSessionsOf,
  type Passwords,
  type Proven,
  requireRecentProof,
} from '../sessions/index.ts';
import type { InvitesService } from './invites.service.ts';
import type { UserStanding, UsersRepo } from './users.repo.ts';

export type UsersDeps = {
  repo: UsersRepo;
  invites: Pick<InvitesService, 'open' | 'closeAllOf'>;
  passwords: Pick<Passwords, 'hash'>;
  audit: Pick<Audit, 'note'>;
  clock: Pick<Clock, 'now'>;
};

/** People, as admins manage them. */
export function createUsersService({ audit, clock, invites, passwords, repo }: UsersDeps) {
  /**
   * Takes the lock over who is an admin and checks that the caller still may do this: they may have
   * been demoted or disabled since their request came in.
   * @returns what they may do now.
   */
  async function asManager(tx: Tx, me: Me): Promise<Allowed> {
    await repo.lockAdmins(tx);
    const caller = await repo.lock(tx, me.id);
    const manager = { permissions: caller?.state === 'active' ? caller.permissions : [] };
    requirePermission(manager, 'users.write');
    return manager;
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

  type Change = { before?: UserView | null; after: UserView | null; also?: object };

  async function note(tx: Tx, actor: Actor, action: AuditAction, change: Change): Promise<void> {
    const { after, also, before = null } = change;
    if (!after) return;
    const target = { kind: 'user' as const, id: after.id, name: after.username };
    const asked = by(actor, actor.me);
    const told = { before: before && factsOf(before), after: { ...factsOf(after), ...also } };
    await audit.note(tx, { ...asked, action, target, ...told });
  }

  return {
    list: (): Promise<UserView[]> => repo.list(),

    /**
     * Whom one may lend to: active people, by name, a page at a time. It is all that people learn of
     * each other here. Throws bad_request for a foreign cursor.
     */
    async people({ cursor, ids, limit, search }: PeopleInput): Promise<People> {
      const after = cursor === undefined ? null : Id.safeParse(cursor);
      if (after && !after.success) {
        throw new AppError('bad_request', 'This page does not exist; begin with the first one.', {
          param: 'cursor',
        });
      }
      const found = await repo.people({
        search,
        ids: ids ?? null,
        after: after?.data ?? null,
        limit: limit + 1,
      });
      const rows = found.slice(0, limit);
      const last = rows.at(-1);
      return { rows, nextCursor: found.length > limit && last ? last.id : null };
    },

    /**
     * With a password the user can sign in at once, without one they get an invite link.
     * @throws AppError conflict when the name is taken.
     */
    async create(actor: Actor, input: UserCreate): Promise<UserCreated> {
      const { password, ...rest } = input;
      const passwordHash = password === undefined ? null : await passwords.hash(password);
      return await repo.inTx(async (tx) => {
        const manager = await asManager(tx, actor.me);
        await mayGive(tx, manager, rest.role);
        const createdAt = new Date(clock.now());
        const user = await repo.insert(tx, { ...rest, id: newId(clock), passwordHash, createdAt });
        if (!user) throw nameTaken();
        const invite = passwordHash === null ? await invites.open(tx, actor.me, user.id) : null;
        await note(tx, actor, 'users.create', { after: user });
        return { user, invite };
      });
    },

    /**
     * Disabling ends the user's sessions and invite links together with the change.
     * @throws AppError conflict for the last admin and for changing one's own role or state;
     *   step_up_needed for another role.
     */
    async update(actor: Actor & Proven, { id, ...change }: UserUpdate): Promise<UserView> {
      const { me } = actor;
      return await repo.inTx(async (tx) => {
        const manager = await asManager(tx, me);
        const target = await lockTarget(tx, manager, id);
        mayMove(actor, target, change);
        if (change.role !== undefined) await mayGive(tx, manager, change.role);
        if ((change.role ?? 'admin') !== 'admin' || change.state === 'disabled')
          await keepAnAdmin(tx, target);
        const before = await repo.find(tx, id);
        const user = await repo.update(tx, id, change);
        if (user.state === 'disabled') {
          await deleteSessionsOf(tx, id);
          await invites.closeAllOf(tx, id);
        }
        await repo.announce(tx, id);
        await note(tx, actor, 'users.update', { before, after: user });
        return user;
      });
    },

    /**
     * Takes the password away, ends all sessions, and gives a link to choose a new one.
     * @throws AppError conflict for oneself, the last admin, and disabled users; step_up_needed.
     */
    async resetPassword(actor: Actor & Proven, id: string): Promise<InviteLink> {
      const { me } = actor;
      requireRecentProof(actor);
      if (id === me.id) {
        throw new AppError('conflict', 'Change your own password on your profile page instead.');
      }
      return await repo.inTx(async (tx) => {
        const manager = await asManager(tx, me);
        const target = await lockTarget(tx, manager, id);
        if (target.state === 'disabled') {
          throw new AppError('conflict', 'This user is disabled. Enable them first.');
        }
        await keepAnAdmin(tx, target);
        const before = await repo.find(tx, id);
        await repo.setPassword(tx, id, null);
        await deleteSessionsOf(tx, id);
        const link = await invites.open(tx, me, id);
        await repo.announce(tx, id);
        const after = before && { ...before, hasPassword: false };
        await note(tx, actor, 'users.resetPassword', { before, after, also: { newInvite: true } });
        return link;
      });
    },

    /**
     * For whoever lost their device: takes app, recovery codes and passkeys away and ends all
     * sessions. The password stays, and is enough until the person sets up a new one.
     * @throws AppError conflict for oneself; step_up_needed.
     */
    async removeFactors(actor: Actor & Proven, id: string): Promise<UserView> {
      requireRecentProof(actor);
      if (id === actor.me.id) {
        throw new AppError(
          'conflict',
          'Change your own second factors on your profile page instead.',
        );
      }
      return await repo.inTx(async (tx) => {
        const manager = await asManager(tx, actor.me);
        await lockTarget(tx, manager, id);
        const before = await repo.find(tx, id);
        await deleteFactorsOf(tx, id);
        await deleteSessionsOf(tx, id);
        await repo.announce(tx, id);
        const after = await repo.find(tx, id);
        if (!after) throw new AppError('not_found', 'There is no such user. Reload the list.');
        await note(tx, actor, 'users.removeFactors', { before, after });
        return after;
      });
    },
  };
}
export type UsersService = ReturnType<typeof createUsersService>;

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
    );
  }
  if (promoted) requireRecentProof(actor);
}

/** What of a person is told. */
function factsOf(user: UserView) {
  const { displayName, hasPassword, passkeys, role, rpm, secondFactor, state } = user;
  const { tokensPerDay, username } = user;
  const signIn = { hasPassword, secondFactor, passkeys };
  return { username, displayName, role, state, ...signIn, rpm, tokensPerDay };
}

function nameTaken(): AppError {
  return new AppError('conflict', 'That user name is taken. Choose another one.', {
    param: 'username',
  });
}
