import type { AuditAction, AuditTargetKind } from '#shared/schemas/audit.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import { append } from './audit.repo.ts';
import { boundedText, changeOf } from './told.ts';

/** Who asks for a change, and from where; every procedure's context is one. */
type Caller = {
  me: Me | null;
  /** Address of the caller, as seen through trusted proxies. */
  address: string;
  requestId: string | null;
};
/** A caller who is signed in. */
export type Actor = Caller & { me: Me };

export type Target = { kind: AuditTargetKind; id: string; name: string };

export type AuditEntry = {
  /** Null = the server itself, or somebody who is not signed in. */
  actor: { id: string | null; name: string };
  action: AuditAction;
  target: Target;
  /** Null or left out = there was nothing, or it is not told. */
  before?: Members | null;
  after?: Members | null;
  address: string;
  requestId: string | null;
};
type Members = Readonly<Record<string, unknown>>;

/** What of a row is told: all that may be compared and shown. */
export type Told = { target: Target; facts: Members };

/** What a repo calls at the end of its transaction, with the row before and after. */
export type Noting<Row> = (tx: Tx, before: Row | null, after: Row | null) => Promise<void>;

export type Audit = ReturnType<typeof createAudit>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Records what people change, within the transaction that changes it: both are there or neither. */
export function createAudit({ clock }: { clock: Pick<Clock, 'now'> }) {
  function rowOf(entry: AuditEntry) {
    const { action, actor, after = null, before = null, requestId, target } = entry;
    const change = changeOf(before, after);
    return (
      change && {
        at: new Date(clock.now()),
        actorId: actor.id,
        actorName: boundedText(actor.name, 200),
        action,
        targetKind: target.kind,
        targetId: boundedText(target.id, 200),
        targetName: boundedText(target.name, 200),
        change,
        address: boundedText(entry.address, 100),
        requestId: requestId !== null && UUID.test(requestId) ? requestId : null,
      }
    );
  }

  /** As `note`, for what one request changes of many. */
  async function noteAll(tx: Tx, entries: readonly AuditEntry[]): Promise<void> {
    const rows = entries.map(rowOf).filter((row) => row !== null);
    await append(tx, rows);
  }

  /**
   * Writes one row. Call it last: everybody else's notes wait until `tx` ends. A change that changes
   * nothing leaves none.
   */
  const note = (tx: Tx, entry: AuditEntry): Promise<void> => noteAll(tx, [entry]);

  return {
    note,
    noteAll,

    /** `note` for a repo that knows the rows; `also` is told beside what the row says after. */
    noting<Row>(
      caller: Caller,
      action: AuditAction,
      told: { tell(row: Row): Told; also?: Members },
    ): Noting<Row> {
      return async (tx, before, after) => {
        const [was, will] = [before && told.tell(before), after && told.tell(after)];
        const target = (will ?? was)?.target;
        if (!target) return;
        await note(tx, {
          ...by(caller, caller.me),
          action,
          target,
          before: was?.facts ?? null,
          after: will && { ...will.facts, ...told.also },
        });
      };
    },
  };
}

/** The part of an entry that says who asked, from where. */
export function by(
  { address, requestId }: Pick<Caller, 'address' | 'requestId'>,
  who: { id: string; username: string } | null,
): Pick<AuditEntry, 'actor' | 'address' | 'requestId'> {
  return { actor: { id: who?.id ?? null, name: who?.username ?? '' }, address, requestId };
}
