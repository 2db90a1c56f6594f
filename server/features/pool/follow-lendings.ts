import type { PoolSettings } from '#shared/schemas/pool.ts';
import type { Clock } from '../../infra/clock.ts';
import type { CreditRow } from './credit-row.ts';
import { createGroupOf, groupsByPlatform } from './groups.ts';
import type { LendingNote, LendingsRepo, LendingsTx } from './lendings.repo.ts';
import {
  applyMove,
  type KeyPrint,
  keyOf,
  type LendingMove,
  lendingsOf,
  movesBetween,
  onceByKey,
  ratesOf,
  withRate,
} from './lendings.ts';

export type FollowDeps = {
  repo: LendingsRepo;
  settings: { current(): PoolSettings };
  /** The part of an account's quota that is left, 0 to 1; 1 when its platform does not tell. */
  remainingOf(accountId: string): number;
  /** Whether two accounts have the same key. */
  keyPrintOf: KeyPrint;
  clock: Clock;
  newId: () => string;
};

/**
 * Brings the credits in line with what is lent: derived from the accounts themselves, so that it
 * holds whoever switched one off, and however. Resolves with how many accounts came or went.
 */
export function createFollowLendings(deps: FollowDeps) {
  const { clock, keyPrintOf, newId, remainingOf, repo, settings } = deps;
  return (): Promise<number> =>
    repo.inTurn(async (tx) => {
      const { groups, rule } = settings.current();
      const platforms = groupsByPlatform(await tx.routes(), createGroupOf(groups));
      const wanted = lendingsOf(onceByKey(await tx.lent(), keyPrintOf), platforms);
      const { moves, repriced } = movesBetween(await tx.counted(), wanted);
      const rates = ratesOf(rule, wanted);
      const now = clock.now();

      const rows = await affectedRows(tx, moves, rates);
      const present = await tx.present(moves.map(({ userId }) => userId));
      const notes: LendingNote[] = [];
      for (const move of moves) {
        // NOTE: whoever is deleted takes their credit along; only the count of their accounts stays.
        const applies = present.has(move.userId) && (move.kind === 'lend' || rows.has(keyOf(move)));
        if (!applies) {
          notes.push({ ...move, id: newId(), amount: 0n });
          continue;
        }
        const fraction = remainingOf(move.accountId);
        const { amount, row } = applyMove(rows.get(keyOf(move)), move, { fraction, now });
        rows.set(keyOf(move), row);
        notes.push({ ...move, id: newId(), amount });
      }
      const credits = [...rows].map(([key, row]) => withRate(row, rates.get(key) ?? 0n, now));
      if (credits.length + notes.length + repriced.length > 0) {
        await tx.save({ credits, notes, repriced }, now);
      }
      return moves.length;
    });
}

/** Locks the credits that move or recover at another rate from now on; others are left alone. */
async function affectedRows(
  tx: LendingsTx,
  moves: readonly LendingMove[],
  rates: ReadonlyMap<string, bigint>,
): Promise<Map<string, CreditRow>> {
  const stale = (row: CreditRow) => row.rate !== (rates.get(keyOf(row)) ?? 0n);
  const moved = new Set(moves.map(keyOf));
  const turned = (await tx.credits()).filter(stale);
  const userIds = new Set([...moves, ...turned].map(({ userId }) => userId));
  if (userIds.size === 0) return new Map();
  const locked = await tx.locked([...userIds]);
  const touched = locked.filter((row) => moved.has(keyOf(row)) || stale(row));
  return new Map(touched.map((row) => [keyOf(row), row]));
}
