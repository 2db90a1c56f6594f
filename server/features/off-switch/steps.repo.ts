import {
  type EndedThing,
  SWITCH_STEPS,
  type SwitchKind,
  type SwitchStep,
  type SwitchStepKind,
} from '#shared/schemas/off-switch.ts';
import { newId } from '../../infra/ids.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import { notify } from '../../infra/prisma/notify.ts';
import { endTokensOf } from '../tokens/index.ts';

/** Whose things are ended, when, and by whom. */
export type Ending = {
  userId: string;
  actorId: string;
  at: Date;
  /** The session that stays; null = none. */
  keeps: string | null;
};

/** A pull of the switch, or disabling, after which keys and loans stay. */
export type Occasion = SwitchKind | 'disable';

type Step = {
  on: readonly Occasion[];
  /** Ends all of a kind, within the transaction that everything else is ended in. */
  end(tx: Tx, ending: Ending): Promise<EndedThing[]>;
};

/** Named in a receipt; the count tells of all. */
const MOST_NAMED = 1_000;

/** What a person has that lets anybody in. A feature that adds such a thing adds its step. */
const STEPS: Readonly<Record<SwitchStepKind, Step>> = {
  state: {
    on: ['person'],
    async end(tx, { userId }) {
      const { count } = await tx.user.updateMany({
        where: { id: userId, state: { not: 'disabled' } },
        data: { state: 'disabled' },
      });
      return nameless(count);
    },
  },

  sessions: {
    on: ['person', 'own', 'disable'],
    async end(tx, { keeps, userId }) {
      const where = { userId, ...(keeps !== null && { id: { not: keeps } }) };
      const rows = await tx.session.findMany({
        where,
        select: { userAgent: true, address: true },
        orderBy: { lastSeenAt: 'desc' },
      });
      await tx.session.deleteMany({ where });
      return rows.map(({ address, userAgent }) => ({ name: userAgent, detail: address }));
    },
  },

  proofs: {
    on: ['person', 'own', 'disable'],
    async end(tx, { userId }) {
      return nameless((await tx.pendingProof.deleteMany({ where: { userId } })).count);
    },
  },

  tokens: {
    on: ['person', 'own', 'disable'],
    async end(tx, { userId }) {
      const rows = await endTokensOf(tx, userId);
      return rows.map(({ address, userAgent }) => ({ name: userAgent, detail: address }));
    },
  },

  keys: {
    on: ['person', 'own'],
    async end(tx, { at, userId }) {
      const where = { ownerId: userId, revokedAt: null };
      const rows = await tx.apiKey.findMany({
        where,
        select: { id: true, name: true, prefix: true },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      });
      if (rows.length === 0) return [];
      await tx.apiKey.updateMany({ where, data: { revokedAt: at } });
      await notify(
        tx,
        'keys',
        rows.map(({ id }) => id),
      );
      return rows.map(({ name, prefix }) => ({ name, detail: prefix }));
    },
  },

  invites: {
    on: ['person', 'disable'],
    async end(tx, { at, userId }) {
      const open = await tx.invite.count({
        where: { userId, usedAt: null, expiresAt: { gt: at } },
      });
      await tx.invite.deleteMany({ where: { userId, usedAt: null } });
      return nameless(open);
    },
  },

  loans: {
    on: ['person'],
    async end(tx, { actorId, at, userId }) {
      const where = { ownerId: userId, shared: true };
      const rows = await tx.account.findMany({
        where,
        select: { id: true, name: true, platformId: true },
        orderBy: [{ platformId: 'asc' }, { name: 'asc' }],
      });
      if (rows.length === 0) return [];
      await tx.account.updateMany({ where, data: { shared: false } });
      await tx.accountEvent.createMany({
        data: rows.map(({ id: accountId }) => {
          return { id: newId(), accountId, at, kind: 'withdrawn', actorId };
        }),
      });
      await notify(
        tx,
        'accounts',
        rows.map(({ id }) => id),
      );
      return rows.map(({ name, platformId }) => ({ name, detail: platformId }));
    },
  },
};

/**
 * Ends what the occasion asks for, in the order of SWITCH_STEPS, and tells every replica when `tx`
 * commits. The caller holds the person's row.
 */
export async function endAll(
  tx: Tx,
  occasion: Occasion,
  ending: Ending & { now: () => number },
): Promise<SwitchStep[]> {
  const ended: SwitchStep[] = [];
  for (const kind of SWITCH_STEPS) {
    const step = STEPS[kind];
    if (!step.on.includes(occasion)) continue;
    const from = ending.now();
    const things = await step.end(tx, ending);
    ended.push({
      kind,
      count: things.length,
      things: things.filter(({ detail, name }) => name + detail !== '').slice(0, MOST_NAMED),
      ms: ending.now() - from,
    });
  }
  await notify(tx, 'users', [ending.userId]);
  return ended;
}

/** What has no name worth telling. */
function nameless(count: number): EndedThing[] {
  return Array.from({ length: count }, () => ({ name: '', detail: '' }));
}
