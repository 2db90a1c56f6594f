import { AppError } from '#shared/errors.ts';
import type { Me, PasswordChange, Preferences, SessionView } from '#shared/schemas/sessions.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Log } from '../../infra/log.ts';
import type { Actor } from '../audit/index.ts';
import type { Limiters } from './limiters.ts';
import type { Passwords } from './passwords.ts';
import { PROOF_MS, type Proven, requireRecentProof } from './recent-proof.ts';
import type { SecondFactors } from './second-factors.ts';
import type { SessionNotes, SignInMeans } from './session-notes.ts';
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
  factors: Pick<SecondFactors, 'methodsOf'>;
  limiters: Pick<Limiters, 'password'>;
  notes: SessionNotes;
  clock: Pick<Clock, 'now'>;
  log: Pick<Log, 'warn'>;
};

export type SignedIn = {
  me: Me;
  /** The session cookie's value. */
  token: string;
};

/** A session as requests see it. */
export type ReadSession = Pick<OpenSession, 'sessionId' | 'me' | 'renewed'> & Proven;

export type SessionsService = ReturnType<typeof createSessionsService>;

/** Signing in and out, and what a session is good for. */
export function createSessionsService(deps: SessionsDeps) {
  const { store, repo, passwords, factors, limiters, notes, clock, log } = deps;
  let lastSweep = 0;

  async function noteSeen({ sessionId, me, lastSeenAt, usedAt }: OpenSession): Promise<void> {
    const now = clock.now();
    const oldest = Math.min(lastSeenAt?.getTime() ?? 0, usedAt.getTime());
    if (now - oldest < SEEN_EVERY_MS) return;
    try {
      const who = { userId: me.id, sessionId };
      await repo.markSeen(who, new Date(now), new Date(now - SEEN_EVERY_MS));
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

  /**
   * Makes a session for someone who just proved who they are, in place of the one they came with. A
   * sign-in is recorded; with null it is none, but goes on with the one before.
   */
  async function start(
    who: Pick<NewSession, 'userId' | 'passwordHash'>,
    visitor: Visitor,
    means: SignInMeans | null = 'password',
  ): Promise<string> {
    const token = await store.create({
      userId: who.userId,
      passwordHash: who.passwordHash,
      address: visitor.address,
      userAgent: visitor.userAgent.slice(0, 400),
      noting: means && notes.signedIn(visitor, means),
    });
    if (token === null) throw signInFailed();
    if (visitor.sessionId !== null) await store.end(visitor.sessionId);
    await sweepNowAndThen();
    return token;
  }

  return {
    start,

    async signOut(caller: Omit<Actor, 'me'> & Pick<Visitor, 'sessionId'> & { me: Me | null }) {
      const { me, sessionId } = caller;
      if (sessionId === null) return;
      if (!me) return await store.end(sessionId);
      await repo.deleteOwn(me.id, sessionId, notes.ended({ ...caller, me }, 'sessions.signOut'));
    },

    /**
     * Ends every session of the person and opens a new one. The current password is the proof; whoever
     * has a second factor gives that, too.
     * @returns the new session's token.
     * @throws AppError bad_request when the current password is wrong, step_up_needed, too_many_tries.
     */
    async changePassword(
      me: Me,
      input: PasswordChange,
      visitor: Visitor & Proven,
    ): Promise<string> {
      if ((await factors.methodsOf(me.id)).length > 0) requireRecentProof(visitor);
      await limiters.password.take(me.id);
      const known = await repo.findCredentials({ id: me.id });
      const from = known?.passwordHash ?? null;
      const right = await passwords.matches(input.current, from);
      if (from === null || !right) throw wrongPassword();
      await limiters.password.reset(me.id);
      const to = await passwords.choose(input.next, me, 'next');
      const noting = notes.changedPassword(me, visitor);
      const replaced = await repo.replacePassword({ userId: me.id, from, to }, noting);
      if (!replaced) throw wrongPassword();
      return await start({ userId: me.id, passwordHash: to }, visitor, null);
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
        lastSeenAt: session.lastSeenAt.toISOString(),
        expiresAt: session.expiresAt.toISOString(),
      }));
    },

    /** @throws AppError not_found when it is not a session of this person. */
    async end(actor: Actor, id: string): Promise<void> {
      if (await repo.deleteOwn(actor.me.id, id, notes.ended(actor, 'sessions.end'))) return;
      throw new AppError('not_found', 'That session has already ended. Reload the list.');
    },

    /** Who a session cookie's value belongs to; null when to nobody (any more). */
    async read(token: string): Promise<ReadSession | null> {
      const open = await store.read(token);
      if (!open) return null;
      await noteSeen(open);
      const { sessionId, me, renewed, provedAt } = open;
      return { sessionId, me, renewed, proved: clock.now() - provedAt.getTime() < PROOF_MS };
    },
  };
}

/** Only what the console may know. */
export function toMe({ id, username, displayName, role, permissions }: Me): Me {
  return { id, username, displayName, role, permissions };
}

/** The same whatever was wrong. */
export function signInFailed(): AppError {
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
