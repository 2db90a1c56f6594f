import { AppError } from '#shared/errors.ts';
import { can } from '#shared/permissions.ts';
import type { Receipt, ReceiptLine, SwitchKind, SwitchStep } from '#shared/schemas/off-switch.ts';
import { SwitchKind as SwitchKindSchema } from '#shared/schemas/off-switch.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Clock } from '../../infra/clock.ts';
import { newId } from '../../infra/ids.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import { type Actor, type Audit, by } from '../audit/index.ts';
import { type Proven, requireRecentProof } from '../sessions/index.ts';
import type { UserStanding, UsersGuard, UsersRepo } from '../users/index.ts';
import type { OffSwitchRepo, ReceiptRow } from './off-switch.repo.ts';
import { endAll } from './steps.repo.ts';

/** A server that has not answered by then is told of as missing. */
const ANSWERS_WITHIN_MS = 15_000;

export type OffSwitchDeps = {
  repo: OffSwitchRepo;
  users: Pick<UsersRepo, 'find' | 'lock'>;
  guard: Pick<UsersGuard, 'asManager' | 'keepAnAdmin' | 'lockTarget'>;
  audit: Pick<Audit, 'note'>;
  clock: Pick<Clock, 'now'>;
};

type Thrower = Actor & Proven & { sessionId: string | null };

/** Whom it concerns, as they stand while their row is held. */
type Target = Pick<UserStanding, 'id' | 'state'> & { username: string };

/** One button that ends everything a person has open here, and the receipt of it. */
export function createOffSwitchService({ audit, clock, guard, repo, users }: OffSwitchDeps) {
  async function named(tx: Tx, standing: UserStanding | null): Promise<Target> {
    const user = standing && (await users.find(tx, standing.id));
    if (!standing || !user) throw notThere();
    return { id: standing.id, state: standing.state, username: user.username };
  }

  /** Ends all of it, or, when anything fails, nothing: one transaction, one row of the audit log. */
  async function pull(
    tx: Tx,
    thrower: Thrower,
    { kind, target }: { kind: SwitchKind; target: Target },
  ): Promise<string> {
    const id = newId(clock);
    const at = new Date(clock.now());
    const steps = await endAll(tx, kind, {
      userId: target.id,
      actorId: thrower.me.id,
      at,
      keeps: kind === 'own' ? thrower.sessionId : null,
      now: clock.now,
    });
    await repo.insert(tx, {
      ...{ id, kind, at, steps },
      userId: target.id,
      userName: target.username,
      actorId: thrower.me.id,
      actorName: thrower.me.username,
      tookMs: clock.now() - at.getTime(),
    });
    const state = kind === 'person' ? 'disabled' : target.state;
    await audit.note(tx, {
      ...by(thrower, thrower.me),
      action: kind === 'person' ? 'offSwitch.throw' : 'offSwitch.throwOwn',
      target: { kind: 'user', id: target.id, name: target.username },
      before: { state: target.state },
      after: { state, receipt: id, ended: countsOf(steps) },
    });
    return id;
  }

  return {
    /**
     * Disables a person and ends their sessions, half-given proofs, tokens, keys, links, loans, and on
     * every server what they have running. Enabling them again brings none of it back.
     * @returns the receipt's id.
     * @throws AppError conflict for oneself and the last admin, forbidden, not_found, step_up_needed.
     */
    async throw(thrower: Thrower, userId: string): Promise<{ id: string }> {
      requireRecentProof(thrower);
      if (userId === thrower.me.id) {
        throw new AppError(
          'conflict',
          'You cannot switch yourself off. “End everything of mine” is on your profile page.',
        );
      }
      const id = await repo.inTx(async (tx) => {
        const manager = await guard.asManager(tx, thrower.me);
        const standing = await guard.lockTarget(tx, manager, userId);
        await guard.keepAnAdmin(tx, standing);
        return pull(tx, thrower, { kind: 'person', target: await named(tx, standing) });
      });
      return { id };
    },

    /**
     * Ends all of one's own but the session it is asked from, one's loans and invitations: other
     * sessions, tokens, keys, and what runs.
     * @throws AppError step_up_needed.
     */
    async throwOwn(thrower: Thrower): Promise<{ id: string }> {
      requireRecentProof(thrower);
      const id = await repo.inTx(async (tx) => {
        const target = await named(tx, await users.lock(tx, thrower.me.id));
        if (target.state !== 'active' && target.state !== 'silenced') throw notThere();
        return pull(tx, thrower, { kind: 'own', target });
      });
      return { id };
    },

    /** One's own, and everybody's for whoever may see people. Throws AppError not_found. */
    async receipt(me: Me, id: string): Promise<Receipt> {
      const row = await repo.find(id);
      if (!row || !maySee(me, row.userId)) {
        throw new AppError('not_found', 'There is no such receipt. Check its address.');
      }
      return toReceipt(row, clock.now());
    },

    /** The last twenty of a person, newest first. */
    async of(userId: string): Promise<ReceiptLine[]> {
      const rows = await repo.linesOf(userId);
      return rows.map((row) => ({
        id: row.id,
        kind: SwitchKindSchema.parse(row.kind),
        at: row.at.toISOString(),
        actorName: row.actorName,
      }));
    },
  };
}
export type OffSwitchService = ReturnType<typeof createOffSwitchService>;

function maySee(me: Me, userId: string): boolean {
  return me.id === userId || can(me, 'users.read');
}

function countsOf(steps: readonly SwitchStep[]): Record<string, number> {
  return Object.fromEntries(steps.map(({ count, kind }) => [kind, count]));
}

function toReceipt(row: ReceiptRow, now: number): Receipt {
  const since = (at: Date | null) => at && Math.max(0, Math.round(at.getTime() - row.at.getTime()));
  const streams = row.streams.map((stream) => ({
    ...stream,
    startedAt: stream.startedAt.toISOString(),
    endedAt: stream.endedAt?.toISOString() ?? null,
    ms: since(stream.endedAt),
  }));
  const silent = row.servers.some(({ answeredAt }) => answeredAt === null);
  const late = now - row.at.getTime() > ANSWERS_WITHIN_MS;
  const ends = streams.flatMap(({ ms }) => (ms === null ? [] : [ms]));
  return {
    id: row.id,
    kind: SwitchKindSchema.parse(row.kind),
    at: row.at.toISOString(),
    ...{ userId: row.userId, userName: row.userName },
    ...{ actorId: row.actorId, actorName: row.actorName },
    ...{ steps: row.steps, tookMs: row.tookMs, kept: row.kept, streams },
    following: silent ? (late ? 'unanswered' : 'waiting') : 'complete',
    servers: row.servers.map(({ server, answeredAt }) => ({
      id: server,
      answeredAt: answeredAt?.toISOString() ?? null,
      ms: since(answeredAt),
    })),
    lastMs: ends.length === 0 ? null : Math.max(...ends),
  };
}

function notThere(): AppError {
  return new AppError('not_found', 'There is no such user. Reload the list.');
}
