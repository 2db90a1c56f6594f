import type { Me } from '#shared/schemas/sessions.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import { type Actor, type Audit, by } from '../audit/index.ts';
import type { Visitor } from './session-store.ts';

/** With what somebody came in; of two steps the second. */
export type SignInMeans =
  | 'password'
  | 'link'
  | 'set-up'
  | 'sso'
  | 'code'
  | 'recovery'
  | 'passkey'
  | 'token';

/** A session that was made or ended. */
export type NotedSession = {
  id: string;
  userId: string;
  username: string;
  userAgent: string;
  address: string;
};
/** What a repo calls at the end of its transaction. */
export type NotingSession = (tx: Tx, session: NotedSession) => Promise<void>;

type Asked = Pick<Visitor, 'address' | 'requestId'>;

/** What of signing in and out is recorded. */
export function createSessionNotes(audit: Pick<Audit, 'note'>) {
  const target = ({ id, username }: NotedSession) => ({
    kind: 'session' as const,
    id,
    name: username,
  });
  const person = ({ id, username }: Me) => ({ kind: 'user' as const, id, name: username });

  return {
    signedIn(asked: Asked, means: SignInMeans): NotingSession {
      return (tx, session) => {
        const { userAgent, userId: id, username } = session;
        const after = { by: means, userAgent };
        const who = by(asked, { id, username });
        return audit.note(tx, {
          ...who,
          action: 'sessions.signIn',
          target: target(session),
          after,
        });
      };
    },

    ended(actor: Actor, action: 'sessions.signOut' | 'sessions.end'): NotingSession {
      return (tx, session) => {
        const { address, userAgent } = session;
        const before = { userAgent, address };
        return audit.note(tx, {
          ...by(actor, actor.me),
          action,
          target: target(session),
          before,
        });
      };
    },

    steppedUp(me: Me, asked: Asked, sessionId: string, means: string) {
      return (tx: Tx) =>
        audit.note(tx, {
          ...by(asked, me),
          action: 'sessions.stepUp',
          target: { kind: 'session', id: sessionId, name: me.username },
          after: { by: means },
        });
    },

    changedPassword(me: Me, asked: Asked) {
      return (tx: Tx) =>
        audit.note(tx, {
          ...by(asked, me),
          action: 'sessions.changePassword',
          target: person(me),
          after: { otherSessionsEnded: true },
        });
    },
  };
}
export type SessionNotes = ReturnType<typeof createSessionNotes>;
