import { hashText } from '../../infra/text-hash.ts';
import { accountTag } from '../../platforms/account-tag.ts';
import { BLOCK, createRing, type Ring } from './account-ring.ts';
import type { AccountPoolRepo, UsableAccount } from './accounts.pool.repo.ts';

export type PoolMembers = {
  find(id: string): UsableAccount | undefined;
  /** Those with the tag; two accounts may share one. */
  tagged(tag: string): Iterable<UsableAccount>;
  onPlatform(platformId: string): Iterable<UsableAccount>;
  /** What a person may use there: the own accounts, and those lent by name and to everyone. */
  ringsFor(platformId: string, userId: string): { own: Ring | undefined; lent: readonly Ring[] };
  /** The account fares otherwise than before. */
  touch(id: string): void;
  /** Forgets an account, if it still has this (sealed) key. */
  drop(id: string, secret: string | null): void;
  /**
   * Reads again the accounts with these ids and those of owners with these ids, null = all, and returns
   * what it read.
   */
  load(ids: readonly string[] | null): Promise<readonly UsableAccount[]>;
  all(): UsableAccount[];
};

type Accounts = Map<string, UsableAccount>;
type There = {
  all: Accounts;
  own: Map<string, Ring>;
  named: Map<string, Ring>;
  allNamed: Ring;
  open: Ring;
};

/** The usable accounts, found by id, by platform and by who may use them. An account that changes is a new object. */
export function createPoolMembers(repo: Pick<AccountPoolRepo, 'usable' | 'usableOf'>): PoolMembers {
  const byId: Accounts = new Map();
  const byOwner = new Map<string, Accounts>();
  const byTag = new Map<string, Accounts>();
  const byPlatform = new Map<string, There>();

  function platform(id: string): There {
    return entry(byPlatform, id, () => ({
      all: new Map(),
      own: new Map(),
      named: new Map(),
      allNamed: createRing(),
      open: createRing(),
    }));
  }

  function ringsOf({ ownerId, platformId, shared, terms }: UsableAccount): Ring[] {
    const { allNamed, named, open, own } = platform(platformId);
    const rings = [entry(own, ownerId, createRing)];
    if (!shared) return rings;
    if (terms.users.length === 0) return [...rings, open];
    for (const id of new Set(terms.users)) rings.push(entry(named, id, createRing));
    return [...rings, allNamed];
  }

  function add(account: UsableAccount): void {
    const before = byId.get(account.id);
    const rings = ringsOf(account);
    if (before) {
      for (const ring of ringsOf(before)) if (!rings.includes(ring)) ring.remove(before);
      unlist(before);
    }
    byId.set(account.id, account);
    platform(account.platformId).all.set(account.id, account);
    entry(byOwner, account.ownerId, newAccounts).set(account.id, account);
    entry(byTag, accountTag(account.id), newAccounts).set(account.id, account);
    for (const ring of rings) ring.put(account);
    if (before) dropEmptyRings(before);
  }

  function unlist({ id, ownerId, platformId }: UsableAccount): void {
    byId.delete(id);
    platform(platformId).all.delete(id);
    leave(byOwner, ownerId, id);
    leave(byTag, accountTag(id), id);
  }

  function remove(account: UsableAccount): void {
    unlist(account);
    for (const ring of ringsOf(account)) ring.remove(account);
    dropEmptyRings(account);
  }

  function dropEmptyRings({ ownerId, platformId, terms }: UsableAccount): void {
    const { named, own } = platform(platformId);
    if (own.get(ownerId)?.accounts.length === 0) own.delete(ownerId);
    for (const id of terms.users) if (named.get(id)?.accounts.length === 0) named.delete(id);
  }

  function named(ids: readonly string[]): UsableAccount[] {
    return ids.flatMap((id) => {
      const account = byId.get(id);
      // Ids of accounts and of users never meet, so one list serves both.
      return account ? [account] : [...(byOwner.get(id)?.values() ?? [])];
    });
  }

  return {
    find: (id) => byId.get(id),
    all: () => [...byId.values()],
    tagged: (tag) => byTag.get(tag)?.values() ?? [],
    onPlatform: (platformId) => byPlatform.get(platformId)?.all.values() ?? [],
    ringsFor(platformId, userId) {
      const there = byPlatform.get(platformId);
      if (!there) return { own: undefined, lent: [] };
      // That an account is lent to others only is told where they are few.
      const isFew = there.allNamed.accounts.length <= BLOCK;
      const named = isFew ? there.allNamed : there.named.get(userId);
      return { own: there.own.get(userId), lent: named ? [named, there.open] : [there.open] };
    },
    touch(id) {
      const account = byId.get(id);
      if (account) for (const ring of ringsOf(account)) ring.touch(account);
    },
    drop(id, secret) {
      const account = byId.get(id);
      if (account && account.secret === secret) remove(account);
    },
    async load(ids) {
      const rows = ids === null ? await repo.usable() : await repo.usableOf(ids, ids);
      const read = new Set(rows.map(({ id }) => id));
      for (const account of ids === null ? [...byId.values()] : named(ids)) {
        if (!read.has(account.id)) remove(account);
      }
      // In the order of the rings, in which each goes to the end of its own.
      const placed = rows.map((account) => ({ account, place: hashText(account.id) }));
      placed.sort((a, b) => a.place - b.place);
      for (const { account } of placed) add(account);
      return rows;
    },
  };
}

const newAccounts = (): Accounts => new Map();

function entry<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

function leave(lists: Map<string, Accounts>, key: string, id: string): void {
  const list = lists.get(key);
  list?.delete(id);
  if (list?.size === 0) lists.delete(key);
}
