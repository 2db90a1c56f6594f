import { AppError } from '#shared/errors.ts';
import { Id } from '#shared/schemas/common.ts';
import type {
  InviteLink,
  People,
  PeopleInput,
  ProfileUpdate,
  UserCreate,
  UserCreated,
  UserUpdate,
  UserView,
} from '#shared/schemas/users.ts';
import type { ImportRow } from '#shared/schemas/users-bulk.ts';
import type { Clock } from '../../infra/clock.ts';
import { newId } from '../../infra/ids.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import type { Actor, Audit } from '../audit/index.ts';
import { deleteFactorsOf } from '../factors/index.ts';
import { endAll } from '../off-switch/index.ts';
import {
  deleteSessionsOf,
  type Passwords,
  type Proven,
  requireRecentProof,
} from '../sessions/index.ts';
import type { InvitesService } from './invites.service.ts';
import { createUsersBulk } from './users.bulk.ts';
import { createUsersGuard } from './users.guard.ts';
import { createUsersImport } from './users.import.ts';
import { createUsersRemoval } from './users.removal.ts';
import type { UsersRepo } from './users.repo.ts';
import type { UsersListRepo } from './users-list.repo.ts';
import { createUsersList } from './users-list.ts';

export type UsersDeps = {
  repo: UsersRepo;
  list: UsersListRepo;
  invites: Pick<InvitesService, 'open'>;
  passwords: Pick<Passwords, 'choose'>;
  audit: Pick<Audit, 'note'>;
  clock: Pick<Clock, 'now'>;
};

/** Somebody new, by hand or out of a file. */
type NewPerson = UserCreate & Partial<ImportRow>;

/** People, as admins manage them. */
export function createUsersService({ audit, clock, invites, list, passwords, repo }: UsersDeps) {
  const guard = createUsersGuard({ audit, repo });
  const { asManager, keepAnAdmin, lockTarget, mayGive, mayMove, note } = guard;

  /** Changes one person. A rehearsal is held against the same rules, and leaves nothing but a change that its caller undoes. */
  async function change(
    tx: Tx,
    actor: Actor & Proven,
    { id, ...wanted }: UserUpdate,
    rehearsal: boolean,
  ): Promise<UserView> {
    const { me } = actor;
    const manager = await asManager(tx, me);
    const target = await lockTarget(tx, manager, id);
    mayMove(actor, target, wanted);
    if (wanted.role !== undefined) await mayGive(tx, manager, wanted.role);
    const demoted = (wanted.role ?? 'admin') !== 'admin';
    if (demoted || (wanted.state ?? 'active') !== 'active') await keepAnAdmin(tx, target);
    const before = await repo.find(tx, id);
    const user = await repo.update(tx, id, wanted);
    if (rehearsal) return user;
    if (user.state === 'disabled') {
      const at = new Date(clock.now());
      const ending = { userId: id, actorId: me.id, at, keeps: null, now: clock.now };
      await endAll(tx, 'disable', ending);
    }
    await repo.announce(tx, id);
    await note(tx, actor, 'users.update', { before, after: user });
    return user;
  }

  /**
   * With a password the user can sign in at once, without one they get an invite link; whoever is
   * disabled gets none.
   * @throws AppError conflict when the name is taken.
   */
  async function create(actor: Actor, input: NewPerson): Promise<UserCreated> {
    const { password, ...rest } = input;
    const passwordHash = password === undefined ? null : await passwords.choose(password, input);
    return await repo.inTx(async (tx) => {
      const manager = await asManager(tx, actor.me);
      await mayGive(tx, manager, rest.role);
      const createdAt = new Date(clock.now());
      const user = await repo.insert(tx, { ...rest, id: newId(clock), passwordHash, createdAt });
      if (!user) throw await whatIsTaken(input);
      const isInvited = passwordHash === null && user.state !== 'disabled';
      const invite = isInvited ? await invites.open(tx, actor.me, user.id) : null;
      await note(tx, actor, 'users.create', { after: user });
      return { user, invite };
    });
  }

  async function whatIsTaken({ email, username }: NewPerson): Promise<AppError> {
    const taken = await repo.taken([username], email === undefined ? [] : [email]);
    return taken.usernames.has(username) || taken.emails.size === 0 ? nameTaken() : emailTaken();
  }

  const lists = createUsersList({ repo, list, guard });

  return {
    ...createUsersRemoval({ guard, repo }),
    ...lists,
    ...createUsersBulk({ repo, list, change, endDevices: lists.endDevices }),
    ...createUsersImport({ repo, create }),
    create: (actor: Actor, input: UserCreate): Promise<UserCreated> => create(actor, input),

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
     * Disabling ends the user's sessions, tokens and links together with the change, and what they have
     * running once it is known; their keys stay, and are refused.
     * @throws AppError conflict for the last admin and for changing one's own role or state;
     *   step_up_needed for another role.
     */
    update: (actor: Actor & Proven, wanted: UserUpdate): Promise<UserView> =>
      repo.inTx((tx) => change(tx, actor, wanted, false)),

    /** What people say of themselves. */
    async saveProfile(actor: Actor, { displayName }: ProfileUpdate): Promise<null> {
      const { id } = actor.me;
      await repo.inTx(async (tx) => {
        await repo.lock(tx, id);
        const before = await repo.find(tx, id);
        const after = await repo.update(tx, id, { displayName });
        await repo.announce(tx, id);
        await note(tx, actor, 'users.update', { before, after });
      });
      return null;
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
        if (target.state === 'disabled' || target.state === 'pending') {
          throw new AppError('conflict', `This user is ${target.state}. Enable them first.`);
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
     * @throws AppError conflict for oneself, and for the last admin's passkeys without a password;
     *   step_up_needed.
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
        const target = await lockTarget(tx, manager, id);
        // A passkey may have been their way in.
        if (!target.hasPassword) await keepAnAdmin(tx, target);
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

function emailTaken(): AppError {
  return new AppError('conflict', 'Somebody else has that e-mail address.', { param: 'email' });
}

function nameTaken(): AppError {
  return new AppError('conflict', 'That user name is taken. Choose another one.', {
    param: 'username',
  });
}
