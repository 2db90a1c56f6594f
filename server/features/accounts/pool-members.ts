import type { AccountPoolRepo, UsableAccount } from './accounts.pool.repo.ts';

export type PoolMembers = {
  find(id: string): UsableAccount | undefined;
  onPlatform(platformId: string): Iterable<UsableAccount>;
  /** Forgets an account, if it still has this (sealed) key. */
  drop(id: string, secret: string | null): void;
  /**
   * Reads again the accounts with these ids and those of owners with these ids, null = all, and returns
   * what it read.
   */
  load(ids: readonly string[] | null): Promise<readonly UsableAccount[]>;
  all(): UsableAccount[];
};

/** The usable accounts, found by id and by platform. An account that changes is a new object. */
export function createPoolMembers(repo: Pick<AccountPoolRepo, 'usable' | 'usableOf'>): PoolMembers {
  let byId = new Map<string, UsableAccount>();
  let byPlatform = new Map<string, Map<string, UsableAccount>>();

  function add(account: UsableAccount) {
    byId.set(account.id, account);
    const there = byPlatform.get(account.platformId);
    if (there) there.set(account.id, account);
    else byPlatform.set(account.platformId, new Map([[account.id, account]]));
  }

  function remove(account: UsableAccount) {
    byId.delete(account.id);
    byPlatform.get(account.platformId)?.delete(account.id);
  }

  return {
    find: (id) => byId.get(id),
    all: () => [...byId.values()],
    onPlatform: (platformId) => byPlatform.get(platformId)?.values() ?? [],
    drop(id, secret) {
      const account = byId.get(id);
      if (account && account.secret === secret) remove(account);
    },
    async load(ids) {
      const rows = ids === null ? await repo.usable() : await repo.usableOf(ids, ids);
      if (ids === null) {
        byId = new Map();
        byPlatform = new Map();
      } else {
        // Ids of accounts and of users never meet, so one list serves both.
        const named = new Set(ids);
        for (const account of [...byId.values()]) {
          if (named.has(account.id) || named.has(account.ownerId)) remove(account);
        }
      }
      for (const row of rows) add(row);
      return rows;
    },
  };
}
