import { type Adapter, type DatabaseSession, Lucia, TimeSpan } from 'lucia';
import type { Clock } from '../../infra/clock.ts';
import { newSecret, sha256hex } from '../../infra/ids.ts';
import type { NotingSession } from './session-notes.ts';
import type { SessionStore } from './session-store.ts';
import type { SessionOwner, SessionsRepo } from './sessions.repo.ts';

/** A session lives this long after it was last renewed; it is renewed in the second half. */
export const SESSION_DAYS = 30;

type SessionFacts = {
  address: string;
  userAgent: string;
  passwordHash: string | null;
  createdAt: Date;
  lastSeenAt: Date;
  provedAt: Date;
  noting: NotingSession | null;
};

declare module 'lucia' {
  interface Register {
    Lucia: Lucia<SessionFacts, { owner: SessionOwner }>;
    DatabaseSessionAttributes: SessionFacts;
    DatabaseUserAttributes: { owner: SessionOwner };
  }
}

/** Thrown to leave lucia's createSession, which cannot say no. */
class NotStored extends Error {}

const NO_FACTS: SessionFacts = {
  address: '',
  userAgent: '',
  passwordHash: null,
  createdAt: new Date(0),
  lastSeenAt: new Date(0),
  provedAt: new Date(0),
  noting: null,
};

export type LuciaDeps = { repo: SessionsRepo; clock: Pick<Clock, 'now'> };

/** The session store on lucia. Nothing else imports that library, so it can be replaced here. */
export function createLuciaSessions({ repo, clock }: LuciaDeps): SessionStore {
  const lucia = new Lucia<SessionFacts, { owner: SessionOwner }>(createAdapter({ repo, clock }), {
    sessionExpiresIn: new TimeSpan(SESSION_DAYS, 'd'),
    getUserAttributes: ({ owner }) => ({ owner }),
    getSessionAttributes: (facts) => facts,
  });

  return {
    async create({ userId, ...facts }) {
      const token = newSecret('');
      try {
        const now = new Date(clock.now());
        const times = { createdAt: now, lastSeenAt: now, provedAt: now };
        await lucia.createSession(userId, { ...facts, ...times }, { sessionId: sha256hex(token) });
        return token;
      } catch (error) {
        if (error instanceof NotStored) return null;
        throw error;
      }
    },

    async read(token) {
      const { session, user } = await lucia.validateSession(sha256hex(token));
      if (!session) return null;
      const { active, lastSeenAt, ...me } = user.owner;
      if (!active) return null;
      const { lastSeenAt: usedAt, provedAt } = session;
      return { sessionId: session.id, me, lastSeenAt, usedAt, provedAt, renewed: session.fresh };
    },

    async list(userId) {
      const now = clock.now();
      const rows = await repo.listOf(userId);
      return rows.filter((row) => row.expiresAt.getTime() > now);
    },

    end: (sessionId) => lucia.invalidateSession(sessionId),
    endAll: (userId) => lucia.invalidateUserSessions(userId),
    sweep: () => lucia.deleteExpiredSessions(),
  };
}

/** lucia asks the machine for the time; what it sees and says is moved to the given clock's time. */
function createAdapter({ repo, clock }: LuciaDeps): Adapter {
  const ahead = () => clock.now() - Date.now();
  const toLucia = (at: Date) => new Date(at.getTime() - ahead());
  const fromLucia = (at: Date) => new Date(at.getTime() + ahead());

  return {
    async getSessionAndUser(id) {
      const found = await repo.findWithOwner(id);
      if (!found) return [null, null];
      const [{ lastSeenAt, provedAt, ...row }, owner] = found;
      const attributes = { ...NO_FACTS, lastSeenAt, provedAt };
      const session = { ...row, expiresAt: toLucia(row.expiresAt), attributes };
      return [session, { id: owner.id, attributes: { owner } }];
    },
    async getUserSessions(userId) {
      const rows = await repo.listOf(userId);
      return rows.map(
        (row): DatabaseSession => ({
          id: row.id,
          userId: row.userId,
          expiresAt: toLucia(row.expiresAt),
          attributes: NO_FACTS,
        }),
      );
    },
    async setSession({ id, userId, expiresAt, attributes }) {
      const row = { ...attributes, id, userId, expiresAt: fromLucia(expiresAt) };
      if (!(await repo.insert(row))) throw new NotStored();
    },
    updateSessionExpiration: (id, expiresAt) => repo.setExpiry(id, fromLucia(expiresAt)),
    deleteSession: (id) => repo.delete(id),
    deleteUserSessions: (userId) => repo.deleteAllOf(userId),
    deleteExpiredSessions: () => repo.deleteExpired(new Date(clock.now())),
  };
}
