import { AppError } from '#shared/errors.ts';
import type {
  Me,
  PasswordChange,
  Preferences,
  SessionView,
  SignInInput,
} from '#shared/schemas/sessions.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Log } from '../../infra/log.ts';
import { addressKey, type Limiters } from './limiters.ts';
import type { Passwords } from './passwords.ts';
import type { NewSession, OpenSession, SessionStore, Visitor } from './session-store.ts';
import type { SessionsRepo } from './sessions.repo.ts';

/** How stale `lastSeenAt` may become. */
const SEEN_EVERY_MS = 60_000;
/** How often rows of sessions that are over are removed. */
const SWEEP_EVERY_MS = 3_600_000;

export type SessionsDeps = {
  store: SessionStore;
  repo: SessionsRepo;
  passwords: Passwords;
  limiters: Pick<Limiters, 'username' | 'address' | 'password'>;
  clock: Pick<Clock, 'now'>;
  log: Pick<Log, 'warn'>;
};

export type SignedIn = {
  me: Me;
  /** The session cookie's value. */
  token: string;
};

export type SessionsService = ReturnType<typeof createSessionsService>;

/** Signing in and out, and what a session is good for. */
export function createSessionsService(deps: SessionsDeps) {
  const { store, repo, passwords, limiters, clock, log } = deps;
  let lastSweep = 0;

  async function noteSeen({ me, lastSeenAt }: OpenSession): Promise<void> {
    const now = clock.now();
    if (lastSeenAt && now - lastSeenAt.getTime() < SEEN_EVERY_MS) return;
    try {
      await repo.markSeen(me.id, new Date(now), new Date(now - SEEN_EVERY_MS));
    } catch (error) {
      log.warn({ err: error }, 'could not note when a person was last seen');
    }
  }

  /** Rides on sign-ins: where nobody signs in, no rows pile up. */
  async function sweepNowAndThen(): Promise<void> {
    const now = clock.now();
    if (now - lastSweep < SWEEP_EVERY_MS) return;
    lastSweep = now;
    try {
      await store.sweep();
    } catch (error) {
      log.warn({ err: error }, 'could not remove sessions that are over');
    }
  }

  /** Makes a session for someone who just proved who they are, in place of the one they came with. */
  async function start(
    who: Pick<NewSession, 'userId' | 'passwordHash'>,
    visitor: Visitor,
  ): Promise<string> {
    const token = await store.create({
      userId: who.userId,
      passwordHash: who.passwordHash,
      address: visitor.address,
      userAgent: visitor.userAgent.slice(0, 400),
    });
    if (token === null) throw signInFailed();
    if (visitor.sessionId !== null) await store.end(visitor.sessionId);
    await sweepNowAndThen();
    return token;
  }

  return {
    start,

    /**
     * @throws AppError sign_in_failed, the same whether or not the user exists; user_disabled only to
     *   whoever knows the password; too_many_tries.
     */
    async signIn(input: SignInInput, visitor: Visitor): Promise<SignedIn> {
      const from = addressKey(visitor.address);
      await limiters.address.take(from);
      await limiters.username.take(input.username);
      const known = await repo.findCredentials({ username: input.username });
      const right = await passwords.matches(input.password, known?.passwordHash ?? null);
      if (!known?.passwordHash || !right) throw signInFailed();
      await Promise.all([limiters.username.reset(input.username), limiters.address.giveBack(from)]);
      if (!known.active) {
        throw new AppError('user_disabled', 'Your account is disabled. Ask an admin to enable it.');
      }
      const token = await start({ userId: known.id, passwordHash: known.passwordHash }, visitor);
      return { me: toMe(known), token };
    },

    async signOut(sessionId: string | null): Promise<void> {
      if (sessionId !== null) await store.end(sessionId);
    },

    /**
     * Ends every session of the person and opens a new one.
     * @returns the new session's token.
     * @throws AppError bad_request when the current password is wrong, too_many_tries.
     */
    async changePassword(me: Me, input: PasswordChange, visitor: Visitor): Promise<string> {
      await limiters.password.take(me.id);
      const known = await repo.findCredentials({ id: me.id });
      const from = known?.passwordHash ?? null;
      const right = await passwords.matches(input.current, from);
      if (from === null || !right) throw wrongPassword();
      await limiters.password.reset(me.id);
      const to = await passwords.hash(input.next);
      if (!(await repo.replacePassword({ userId: me.id, from, to }))) throw wrongPassword();
      return await start({ userId: me.id, passwordHash: to }, visitor);
    },

    preferences: (me: Me): Promise<Preferences> => repo.preferencesOf(me.id),

    /** Counts for requests from the next moment on, on every replica. */
    prefer: (me: Me, wanted: Preferences): Promise<Preferences> => repo.prefer(me.id, wanted),

    /** The person's sessions that are not over, newest first. */
    async list(me: Me, currentId: string | null): Promise<SessionView[]> {
      const sessions = await store.list(me.id);
      return sessions.map((session) => ({
        id: session.id,
        current: session.id === currentId,
        userAgent: session.userAgent,
        address: session.address,
        createdAt: session.createdAt.toISOString(),
        expiresAt: session.expiresAt.toISOString(),
      }));
    },

    /** @throws AppError not_found when it is not a session of this person. */
    async end(me: Me, id: string): Promise<void> {
      if (await repo.deleteOwn(me.id, id)) return;
      throw new AppError('not_found', 'That session has already ended. Reload the list.');
    },

    /** Who a session cookie's value belongs to; null when to nobody (any more). */
    async read(token: string): Promise<Omit<OpenSession, 'lastSeenAt'> | null> {
      const open = await store.read(token);
      if (!open) return null;
      await noteSeen(open);
      const { lastSeenAt: _seen, ...rest } = open;
      return rest;
    },
  };
}

/** Only what the console may know. */
function toMe({ id, username, displayName, role }: Me): Me {
  return { id, username, displayName, role };
}

function signInFailed(): AppError {
  return new AppError(
    'sign_in_failed',
    'User name or password is wrong. Check both and try again.',
  );
}

function wrongPassword(): AppError {
  return new AppError('bad_request', 'The current password is wrong. Type it again.', {
    param: 'current',
  });
}
