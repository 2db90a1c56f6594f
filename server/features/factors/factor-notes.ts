import type { AuditAction } from '#shared/schemas/audit.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import { type Actor, type Audit, by } from '../audit/index.ts';

type Action = Extract<AuditAction, `factors.${string}`>;
type Noting = (tx: Tx) => Promise<void>;

/** What a person changes of their own second factors is recorded, without any secret. */
export function createFactorNotes(audit: Pick<Audit, 'note'>) {
  const entry = (actor: Actor, action: Action) => ({
    ...by(actor, actor.me),
    action,
    target: { kind: 'user' as const, id: actor.me.id, name: actor.me.username },
  });

  return {
    app(
      actor: Actor,
      action: 'factors.confirmTotp' | 'factors.turnTotpOff' | 'factors.renewRecoveryCodes',
    ): Noting {
      const { after, before } = {
        'factors.confirmTotp': { before: { app: false }, after: { app: true } },
        'factors.turnTotpOff': { before: { app: true }, after: { app: false } },
        'factors.renewRecoveryCodes': { before: null, after: { newCodes: true } },
      }[action];
      return (tx) => audit.note(tx, { ...entry(actor, action), before, after });
    },

    /** The names a passkey had and has. */
    passkey(actor: Actor, action: Action, names: { before?: string; after?: string }): Noting {
      const told = (name: string | undefined) => (name === undefined ? null : { passkey: name });
      const change = { before: told(names.before), after: told(names.after) };
      return (tx) => audit.note(tx, { ...entry(actor, action), ...change });
    },
  };
}
export type FactorNotes = ReturnType<typeof createFactorNotes>;
