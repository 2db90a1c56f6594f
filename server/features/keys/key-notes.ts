import type { AuditAction } from '#shared/schemas/audit.ts';
import { type Actor, type Audit, by, type Noting, type Told } from '../audit/index.ts';
import type { KeyRow } from './key-row.ts';
import type { KeyOfMany, NotingMany } from './keys.repo.ts';

type Action = Extract<AuditAction, `keys.${string}`>;

/** What of keys is recorded; never a secret, and no hash of one. */
export function createKeyNotes(audit: Pick<Audit, 'noteAll' | 'noting'>) {
  return {
    one: (actor: Actor, action: Action): Noting<KeyRow> => audit.noting(actor, action, { tell }),

    /** One entry for each; `change` holds yes and no as they are now, and were not before. */
    many(actor: Actor, action: Action, change: Readonly<Record<string, boolean>>): NotingMany {
      const before = Object.fromEntries(Object.entries(change).map(([name, is]) => [name, !is]));
      return (tx, keys) =>
        audit.noteAll(
          tx,
          keys.map((key) => ({
            ...by(actor, actor.me),
            action,
            target: targetOf(key),
            before,
            after: change,
          })),
        );
    },
  };
}

const targetOf = ({ id, name, ownerName }: KeyOfMany) => ({
  kind: 'key' as const,
  id,
  name: `${name} (${ownerName})`,
});

function tell(key: KeyRow): Told {
  const { addresses, allowedModels, costPerDay, costPerMonth, description, family, name } = key;
  const { expiresAt, prefix, previousUntil, rpm, scopes, tokensPerDay } = key;
  const limits = { rpm, tokensPerDay, costPerDay, costPerMonth };
  const use = { allowedModels, scopes, addresses, family, expiresAt };
  const ends = { on: key.disabledAt === null, revoked: key.revokedAt !== null, previousUntil };
  return {
    target: targetOf(key),
    facts: { name, description, prefix, ...limits, ...use, ...ends },
  };
}
