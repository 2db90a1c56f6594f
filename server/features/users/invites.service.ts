import { AppError } from '#shared/errors.ts';
import type { Halfway, Me } from '#shared/schemas/sessions.ts';
import type { InviteAccept, InviteInfo, InviteLink } from '#shared/schemas/users.ts';
import type { Clock } from '../../infra/clock.ts';
import { newId, newSecret, sha256hex } from '../../infra/ids.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import { type Audit, by } from '../audit/index.ts';
import {
  addressKey,
  deleteSessionsOf,
  type Limiters,
  type Passwords,
  type SignedIn,
  type SignInService,
  toMe,
  type Visitor,
} from '../sessions/index.ts';
import type { InvitesRepo } from './invites.repo.ts';
import type { UsersRepo } from './users.repo.ts';

const INVITE_DAYS = 7;
const DAY_MS = 86_400_000;
const RESET_MS = 30 * 60_000;

export type InvitesDeps = {
  repo: InvitesRepo;
  users: Pick<UsersRepo, 'inTx' | 'lock' | 'find' | 'setPassword' | 'announce'>;
  signIn: Pick<SignInService, 'enter'>;
  passwords: Pick<Passwords, 'choose'>;
  limiters: Pick<Limiters, 'token' | 'username'>;
  audit: Pick<Audit, 'note'>;
  clock: Pick<Clock, 'now'>;
};

/** One-time links with which a person chooses a password. */
export function createInvitesService(deps: InvitesDeps) {
  const { audit, repo, users, signIn, passwords, limiters, clock } = deps;

  async function findOpen(token: string, visitor: Visitor) {
    const from = addressKey(visitor.address);
    await limiters.token.take(from);
    const invite = await repo.findOpen(sha256hex(token), new Date(clock.now()));
    if (!invite) throw notOpen();
    await limiters.token.giveBack(from);
    return invite;
  }

  return {
    /** A new link for the user; their older ones stop working. */
    async open(tx: Tx, me: Me, userId: string): Promise<InviteLink> {
      const token = newSecret('');
      const createdAt = new Date(clock.now());
      const expiresAt = new Date(clock.now() + INVITE_DAYS * DAY_MS);
      const tokenHash = sha256hex(token);
      await repo.closeAllOf(tx, userId);
      await repo.insert(tx, {
        ...{ id: newId(clock), userId, kind: 'invite' },
        ...{ tokenHash, createdBy: me.id, createdAt, expiresAt },
      });
      return { path: `/invite#${token}`, expiresAt: expiresAt.toISOString() };
    },

    /**
     * A link in place of a forgotten password, which works until the new one is chosen. Good for half
     * an hour; the one before stops working.
     */
    async openReset(tx: Tx, userId: string): Promise<InviteLink> {
      const token = newSecret('');
      const createdAt = new Date(clock.now());
      const expiresAt = new Date(clock.now() + RESET_MS);
      await repo.closeOf(tx, userId, 'reset');
      await repo.insert(tx, {
        ...{ id: newId(clock), userId, kind: 'reset' },
        ...{ tokenHash: sha256hex(token), createdBy: null, createdAt, expiresAt },
      });
      return { path: `/reset-password#${token}`, expiresAt: expiresAt.toISOString() };
    },

    closeAllOf: (tx: Tx, userId: string): Promise<void> => repo.closeAllOf(tx, userId),

    /** @throws AppError not_found when used, expired or unknown; too_many_tries. */
    async info(token: string, visitor: Visitor): Promise<InviteInfo> {
      const { username, expiresAt } = await findOpen(token, visitor);
      return { username, expiresAt: expiresAt.toISOString() };
    },

    /**
     * Sets the password, ends other sessions and signs in, by a second factor where there is one: a link
     * stands for the password only. It works once.
     * @throws AppError not_found when used, expired or unknown; too_many_tries.
     */
    async accept({ token, password }: InviteAccept, visitor: Visitor): Promise<SignedIn | Halfway> {
      const { userId, kind, ...who } = await findOpen(token, visitor);
      const passwordHash = await passwords.choose(password, who);
      const me = await users.inTx(async (tx) => {
        const standing = await users.lock(tx, userId);
        if (standing?.state !== 'active' && standing?.state !== 'silenced') throw notOpen();
        if (!(await repo.use(tx, sha256hex(token), new Date(clock.now())))) throw notOpen();
        await users.setPassword(tx, userId, passwordHash);
        await repo.closeAllOf(tx, userId);
        await deleteSessionsOf(tx, userId);
        await users.announce(tx, userId);
        const me = await users.find(tx, userId);
        if (!me) throw notOpen();
        await audit.note(tx, {
          ...by(visitor, me),
          action: kind === 'reset' ? 'sessions.passwordReset' : 'users.acceptInvite',
          target: { kind: 'user', id: userId, name: me.username },
          before: { hasPassword: standing.hasPassword },
          after: { hasPassword: true, accepted: true },
        });
        return { ...me, permissions: standing.permissions };
      });
      await limiters.username.reset(me.username);
      return await signIn.enter(toMe(me), passwordHash, visitor, { means: 'link' });
    },
  };
}
export type InvitesService = ReturnType<typeof createInvitesService>;

function notOpen(): AppError {
  return new AppError('not_found', 'This link does not work any more. Ask for a new one.');
}
