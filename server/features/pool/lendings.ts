import { type Credit, lend, noCredit, recover, recoveryRate, withdraw } from './credit.ts';
import type { CreditKey, CreditRow } from './credit-row.ts';
import type { EarnedBy } from './groups.ts';

/** A lent account that counts for the credit of its owner for one group of models. */
export type Lending = CreditKey & {
  accountId: string;
  /** Not on a free plan of its platform. */
  paid: boolean;
};

/** An account lent to everyone that has answered: neither switched off nor expired, nor its owner. One that rests counts all the same. */
export type LentAccount = {
  id: string;
  ownerId: string;
  platformId: string;
  paid: boolean;
  /** Public names that it is lent for; empty = every model. */
  models: readonly string[];
  /** Public names that it serves nobody with. */
  modelsOff: readonly string[];
  /** Its key, sealed; null = its platform needs none. */
  sealed: string | null;
};

/** Tells accounts of the same key from others; null = it has no key. */
export type KeyPrint = (account: { id: string; sealed: string | null }) => string | null;

/**
 * Each key of a platform once, the oldest account of it: a key lent twice gives no more than once.
 * Without keys, one account of each person and platform.
 */
export function onceByKey(accounts: readonly LentAccount[], printOf: KeyPrint): LentAccount[] {
  const seen = new Set<string>();
  return accounts.filter(({ id, ownerId, platformId, sealed }) => {
    const print = printOf({ id, sealed });
    const name = JSON.stringify(print === null ? [platformId, null, ownerId] : [platformId, print]);
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

export type LendingMove = Lending & { kind: 'lend' | 'withdraw' };

/** Every account once for each credit whose models it is lent for. */
export function lendingsOf(
  accounts: readonly LentAccount[],
  groups: ReadonlyMap<string, readonly EarnedBy[]>,
): Lending[] {
  return accounts.flatMap(({ id, models, modelsOff, ownerId, paid, platformId }) => {
    const earned = (groups.get(platformId) ?? []).filter(
      ({ model }) => (models.length === 0 || models.includes(model)) && !modelsOff.includes(model),
    );
    return [...new Set(earned.map(({ groupKey }) => groupKey))].map((groupKey) => ({
      ...{ accountId: id, userId: ownerId, groupKey, paid },
    }));
  });
}

/** What is new and what is gone; gone first, so that no ceiling is counted twice on the way. */
export function movesBetween(present: readonly Lending[], wanted: readonly Lending[]) {
  const had = new Map(present.map((lending) => [nameOf(lending), lending]));
  const wants = new Map(wanted.map((lending) => [nameOf(lending), lending]));
  const gone = present.filter((lending) => !wants.has(nameOf(lending)));
  const added = wanted.filter((lending) => !had.has(nameOf(lending)));
  const repriced = wanted.filter((lending) => {
    const before = had.get(nameOf(lending));
    return before !== undefined && before.paid !== lending.paid;
  });
  const moves: LendingMove[] = [
    ...gone.map((lending) => ({ ...lending, kind: 'withdraw' as const })),
    ...added.map((lending) => ({ ...lending, kind: 'lend' as const })),
  ];
  return { moves, repriced };
}

function nameOf({ accountId, groupKey }: Lending): string {
  return `${accountId} ${groupKey}`;
}

/** One person's one credit, as a key for maps. */
export function keyOf({ groupKey, userId }: CreditKey): string {
  return `${userId} ${groupKey}`;
}

/** What each credit recovers an hour, by its key. */
export function ratesOf(rule: 'flat' | 'tiered', wanted: readonly Lending[]): Map<string, bigint> {
  const counts = new Map<string, { free: number; paid: number }>();
  for (const lending of wanted) {
    const count = counts.get(keyOf(lending)) ?? { free: 0, paid: 0 };
    count[lending.paid ? 'paid' : 'free'] += 1;
    counts.set(keyOf(lending), count);
  }
  return new Map([...counts].map(([key, count]) => [key, recoveryRate(rule, count)]));
}

/** What lending or withdrawing one account does to a credit, and the sum that it moved. */
export function applyMove(
  row: CreditRow | undefined,
  move: LendingMove,
  { fraction, now }: { fraction: number; now: number },
): { row: CreditRow; amount: bigint } {
  const { groupKey, userId } = move;
  const before = recover(row ?? noCredit(now), now);
  const after =
    move.kind === 'lend' ? lend(before, fraction, now) : withdraw(before, fraction, now);
  return { row: { ...after, groupKey, userId }, amount: worth(after) - worth(before) };
}

/** From now on recovers at this rate. */
export function withRate(row: CreditRow, rate: bigint, now: number): CreditRow {
  return { ...row, ...recover(row, now), rate };
}

function worth({ owed, quota }: Credit): bigint {
  return quota - owed;
}
