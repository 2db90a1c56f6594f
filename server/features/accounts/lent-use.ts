import type { Clock } from '../../infra/clock.ts';
import { startOfDay } from '../../infra/zone.ts';
import type { AccountPoolRepo } from './accounts.pool.repo.ts';

export type LentUse = {
  /** Tokens that others than the owner used of it today, as far as is known. */
  of(accountId: string): number;
  start(): void;
  close(): void;
};

export type LentUseDeps = {
  repo: Pick<AccountPoolRepo, 'lentSince'>;
  clock: Clock;
  zone: string;
  /** Accounts with a limit for others. */
  limited(): readonly string[];
  onError(error: unknown): void;
  everyMs?: number;
};

/**
 * What others used today of the accounts whose loan has a limit, read from the ledger every few
 * seconds: a loan ends a few seconds late rather than costing every request a question.
 */
export function createLentUse(deps: LentUseDeps): LentUse {
  const { repo, clock, zone, limited, onError, everyMs = 10_000 } = deps;
  let used = new Map<string, number>();
  let day = 0;
  let cancel: (() => void) | null = null;

  async function read() {
    const ids = limited();
    const today = startOfDay(clock.now(), zone);
    try {
      used = ids.length === 0 ? new Map() : await repo.lentSince(ids, today);
      day = today;
    } catch (error) {
      onError(error);
    }
  }

  function again() {
    cancel = clock.setTimer(everyMs, () => void read().then(() => cancel && again()));
  }

  return {
    of: (id) => (day === startOfDay(clock.now(), zone) ? (used.get(id) ?? 0) : 0),
    start() {
      again();
      void read();
    },
    close() {
      cancel?.();
      cancel = null;
    },
  };
}
