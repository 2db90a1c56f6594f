import { hashText } from '../../infra/text-hash.ts';
import type { UsableAccount } from './accounts.pool.repo.ts';

/** Accounts that stand side by side, by the dozen: none of one dozen having room is noted once for all. */
export const BLOCK = 64;

/** Of a block in which no account has room: what may end that. */
export type Quiet = {
  /** When the first of them returns from its rest, epoch ms. */
  until: number;
  /** The one that returns first; null = none will by itself. */
  soonest: UsableAccount | null;
  /** One that is well and has all it can do. */
  busy: UsableAccount | null;
};

/**
 * Accounts in the order of a hash of their ids, so that every server finds the same ones from the same
 * start, and one that comes or goes changes nothing but its own neighbourhood.
 */
export type Ring = {
  readonly accounts: readonly UsableAccount[];
  readonly places: readonly number[];
  put(account: UsableAccount): void;
  remove(account: UsableAccount): void;
  /** The first account at or after a place; that behind the last one is the first. */
  from(place: number): number;
  /** What is noted of the block that begins at `at`, for models of one limit. */
  quiet(group: string, at: number): Quiet | null;
  note(group: string, at: number, quiet: Quiet): void;
  /** Forgets what is noted of its block: it fares otherwise now. */
  touch(account: UsableAccount): void;
};

export function createRing(): Ring {
  const accounts: UsableAccount[] = [];
  const places: number[] = [];
  const noted = new Map<string, (Quiet | undefined)[]>();

  /** Where it stands, or would stand. */
  function indexOf(id: string, place: number): number {
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(middle, id, place)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function isBefore(at: number, id: string, place: number): boolean {
    const other = places[at] ?? 0;
    return other === place ? (accounts[at]?.id ?? '') < id : other < place;
  }

  function forget(at: number): void {
    const block = Math.floor(at / BLOCK);
    for (const blocks of noted.values()) blocks[block] = undefined;
  }

  return {
    accounts,
    places,
    put(account) {
      const place = hashText(account.id);
      const at = indexOf(account.id, place);
      if (accounts[at]?.id === account.id) {
        accounts[at] = account;
        forget(at);
        return;
      }
      accounts.splice(at, 0, account);
      places.splice(at, 0, place);
      noted.clear();
    },
    remove({ id }) {
      const at = indexOf(id, hashText(id));
      if (accounts[at]?.id !== id) return;
      accounts.splice(at, 1);
      places.splice(at, 1);
      noted.clear();
    },
    from(place) {
      const at = indexOf('', place);
      return at < accounts.length ? at : 0;
    },
    quiet: (group, at) => noted.get(group)?.[at / BLOCK] ?? null,
    note(group, at, quiet) {
      const blocks = noted.get(group) ?? [];
      blocks[at / BLOCK] = quiet;
      noted.set(group, blocks);
    },
    touch({ id }) {
      if (noted.size > 0) forget(indexOf(id, hashText(id)));
    },
  };
}
