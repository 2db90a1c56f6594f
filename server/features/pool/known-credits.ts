import { available, noCredit, recover } from './credit.ts';
import type { CreditKey, CreditRow } from './credit-row.ts';
import { keyOf } from './lendings.ts';

/** The credits as this process last saw them, for a quick look before the database is asked. */
export function createKnownCredits() {
  const rows = new Map<string, CreditRow>();
  /** Reserved here while the database was away. */
  const extra = new Map<string, bigint>();

  function left(key: CreditKey, now: number): bigint {
    const row = rows.get(keyOf(key));
    if (!row) return 0n;
    const { held, quota } = recover(row, now);
    return available({ quota, held: held + (extra.get(keyOf(key)) ?? 0n) });
  }

  return {
    left,
    find: (key: CreditKey): CreditRow | undefined => rows.get(keyOf(key)),
    /** Answers may overtake each other: what is older than what is known says nothing new. */
    learn(row: CreditRow): void {
      const known = rows.get(keyOf(row));
      if (!known || known.updatedAt <= row.updatedAt) rows.set(keyOf(row), row);
    },
    forgetAll(): void {
      rows.clear();
    },
    holdHere(key: CreditKey, amount: bigint): void {
      extra.set(keyOf(key), (extra.get(keyOf(key)) ?? 0n) + amount);
    },
    dropHere(key: CreditKey, amount: bigint): void {
      const rest = (extra.get(keyOf(key)) ?? 0n) - amount;
      if (rest > 0n) extra.set(keyOf(key), rest);
      else extra.delete(keyOf(key));
    },
    /** Epoch ms at which so much can be reserved; null = not while things stay as they are. */
    enoughAt(key: CreditKey, amount: bigint, now: number): number | null {
      const { carry, held, max, owed, quota, rate } = recover(
        rows.get(keyOf(key)) ?? { ...key, ...noCredit(now) },
        now,
      );
      if (rate === 0n || amount > max) return null;
      const missing = (amount + held + owed - quota) * 3_600_000n - carry;
      return missing <= 0n ? now : now + Number((missing + rate - 1n) / rate);
    },
  };
}
