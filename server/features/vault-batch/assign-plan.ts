import { sha256hex } from '../../infra/ids.ts';

/** Somebody's account, and what it has at present. */
export type Assigned = { accountId: string; platformId: string; has: string | null };

/** What may be given; null = to accounts of any platform. */
export type AssignTarget = { id: string; name: string; platformId: string | null };

export type Assignment = { accountId: string; to: string | null };

export type Plan = {
  moves: Assignment[];
  unfit: number;
  targets: { id: string; name: string; before: number; after: number }[];
  seal: string;
};

/**
 * Gives accounts to targets evenly: none gets two more than another that may have the same accounts.
 * Whoever has one of them keeps it as long as that is even. The same question has the same answer.
 */
export function planAssignment(
  accounts: readonly Assigned[],
  targets: readonly AssignTarget[],
): Plan {
  const ordered = [...accounts].sort((one, other) => (one.accountId < other.accountId ? -1 : 1));
  const chosen = new Map<string, string | null>();
  let unfit = 0;
  for (const [platformId, group] of byPlatform(ordered)) {
    const fitting = targets.filter((target) => [null, platformId].includes(target.platformId));
    if (targets.length > 0 && fitting.length === 0) unfit += group.length;
    else spread(group, fitting, chosen);
  }
  const moves = ordered.flatMap(({ accountId, has }) => {
    const to = chosen.get(accountId);
    return to === undefined || to === has ? [] : [{ accountId, to }];
  });
  const after = (account: Assigned) => chosen.get(account.accountId) ?? null;
  return {
    moves,
    unfit,
    targets: targets.map(({ id, name }) => ({
      id,
      name,
      before: ordered.filter(({ has }) => has === id).length,
      after: ordered.filter((account) => after(account) === id).length,
    })),
    seal: sha256hex(
      JSON.stringify([
        targets.map(({ id }) => id),
        ordered.map(({ accountId, has }) => [accountId, has]),
      ]),
    ),
  };
}

function byPlatform(accounts: readonly Assigned[]): Map<string, Assigned[]> {
  const groups = new Map<string, Assigned[]>();
  for (const account of accounts) {
    const group = groups.get(account.platformId) ?? [];
    groups.set(account.platformId, group);
    group.push(account);
  }
  return groups;
}

/** Spreads accounts that may have any of these targets. */
function spread(
  accounts: readonly Assigned[],
  targets: readonly AssignTarget[],
  chosen: Map<string, string | null>,
): void {
  if (targets.length === 0) {
    for (const { accountId } of accounts) chosen.set(accountId, null);
    return;
  }
  const least = Math.floor(accounts.length / targets.length);
  let spare = accounts.length % targets.length;
  const counts = new Map(targets.map(({ id }) => [id, 0]));
  const open: Assigned[] = [];
  for (const account of accounts) {
    const has = account.has;
    const count = has === null ? undefined : counts.get(has);
    const room = count !== undefined && (count < least || (count === least && spare > 0));
    const keeps = has !== null && count !== undefined && room;
    if (!keeps) {
      open.push(account);
      continue;
    }
    if (count >= least) spare -= 1;
    counts.set(has, count + 1);
    chosen.set(account.accountId, has);
  }
  for (const { accountId } of open) {
    const [id, count] = [...counts].reduce((low, next) => (next[1] < low[1] ? next : low));
    counts.set(id, count + 1);
    chosen.set(accountId, id);
  }
}
