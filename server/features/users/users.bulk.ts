import { AppError } from '#shared/errors.ts';
import type { UserUpdate } from '#shared/schemas/users.ts';
import type { BulkChange, BulkResult, UsersBulk } from '#shared/schemas/users-bulk.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import type { Actor } from '../audit/index.ts';
import { type Proven, requireRecentProof } from '../sessions/index.ts';
import { toRefusal } from './refusals.ts';
import type { UsersRepo } from './users.repo.ts';
import type { UsersListRepo } from './users-list.repo.ts';

type UsersBulkDeps = {
  repo: Pick<UsersRepo, 'inTx' | 'find' | 'views'>;
  list: Pick<UsersListRepo, 'devices'>;
  /** Changes one person within `tx`, under every rule there is; records it unless it is a rehearsal. */
  change(tx: Tx, actor: Actor & Proven, wanted: UserUpdate, rehearsal: boolean): Promise<unknown>;
  endDevices(actor: Actor, one: { id: string }): Promise<void>;
};

type Row = BulkResult['rows'][number];
/** Thrown to undo a rehearsal. */
class Undo extends Error {}

/** One change to many people: each succeeds or is refused by itself. */
export function createUsersBulk({ change, endDevices, list, repo }: UsersBulkDeps) {
  /** What the people are called, and which of them it is so for already. */
  async function known(ids: readonly string[], wanted: BulkChange) {
    const views = await repo.views([...new Set(ids)]);
    return new Map(views.map((user) => [user.id, { user, same: isSo(user, wanted) }]));
  }

  async function rehearse(actor: Actor & Proven, { change: wanted, ids }: UsersBulk) {
    const people = await known(ids, wanted);
    const rows: Row[] = [];
    const undone = repo.inTx(async (tx) => {
      for (const id of new Set(ids)) {
        const one = people.get(id);
        const name = { id, username: one?.user.username ?? '' };
        if (one?.same) rows.push(same(name));
        else if (wanted.what === 'endSessions') rows.push(await devicesOf(name));
        else rows.push(await outcome(name, () => change(tx, actor, toUpdate(id, wanted), true)));
      }
      throw new Undo();
    });
    await undone.catch((thrown: unknown) => {
      if (!(thrown instanceof Undo)) throw thrown;
    });
    return { rows };
  }

  async function devicesOf(name: Pick<Row, 'id' | 'username'>): Promise<Row> {
    const devices = await list.devices(name.id);
    return devices.length === 0 ? same(name) : { ...name, outcome: 'changed', reason: null };
  }

  return {
    /** What the change would do to each, in their order: the last admin of many is seen, too. */
    previewBulk: (actor: Actor, bulk: UsersBulk): Promise<BulkResult> =>
      rehearse({ ...actor, proved: true }, bulk),

    /**
     * Does it, one after the other, each recorded by itself.
     * @throws AppError step_up_needed for another role.
     */
    async bulk(actor: Actor & Proven, { change: wanted, ids }: UsersBulk): Promise<BulkResult> {
      if (wanted.what === 'role') requireRecentProof(actor);
      const people = await known(ids, wanted);
      const rows: Row[] = [];
      for (const id of new Set(ids)) {
        const one = people.get(id);
        const name = { id, username: one?.user.username ?? '' };
        if (one?.same) rows.push(same(name));
        else if (wanted.what === 'endSessions') {
          rows.push(await outcome(name, () => endDevices(actor, { id })));
        } else {
          const wish = toUpdate(id, wanted);
          rows.push(await outcome(name, () => repo.inTx((tx) => change(tx, actor, wish, false))));
        }
      }
      return { rows };
    },
  };
}

const same = (name: Pick<Row, 'id' | 'username'>): Row => ({
  ...name,
  outcome: 'same',
  reason: null,
});

/** What is refused on purpose is told of the one it is about; anything else ends the whole. */
async function outcome(
  name: Pick<Row, 'id' | 'username'>,
  work: () => Promise<unknown>,
): Promise<Row> {
  try {
    await work();
    return { ...name, outcome: 'changed', reason: null };
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code === 'storage_unavailable') throw thrown;
    return { ...name, outcome: 'refused', reason: toRefusal(thrown) };
  }
}

type Move = Exclude<BulkChange, { what: 'endSessions' }>;

function toUpdate(id: string, { what: _, ...change }: Move): UserUpdate {
  return { id, ...change };
}

function isSo(user: { state: string; role: string; trustLevel: number }, wanted: BulkChange) {
  switch (wanted.what) {
    case 'state':
      return user.state === wanted.state;
    case 'role':
      return user.role === wanted.role;
    case 'trustLevel':
      return user.trustLevel === wanted.trustLevel;
    case 'endSessions':
      return false;
  }
}
