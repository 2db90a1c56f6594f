import type { Clock } from '../../infra/clock.ts';
import type { AccountPoolRepo, UseNote } from './accounts.pool.repo.ts';

export type UseNotes = {
  /** Notes a use now, and what went wrong in it; costs no I/O. */
  add(id: string, error: string | null): void;
  flush(): Promise<void>;
};

/** Gathers when accounts were used and what last went wrong; written together once a minute at most. */
export function createUseNotes(
  repo: Pick<AccountPoolRepo, 'note'>,
  clock: Clock,
  everyMs = 60_000,
): UseNotes {
  const noted = new Map<string, UseNote>();
  let cancel: (() => void) | null = null;

  async function flush() {
    cancel?.();
    cancel = null;
    if (noted.size === 0) return;
    const notes = [...noted.values()];
    noted.clear();
    // Sorted, so that two replicas that write the same accounts lock them in the same order.
    notes.sort((a, b) => (a.id < b.id ? -1 : 1));
    // A lost note costs nothing but freshness: the next use makes another.
    await repo.note(notes).catch(() => undefined);
  }

  return {
    add(id, text) {
      const at = clock.now();
      const error = text === null ? (noted.get(id)?.error ?? null) : { text, at };
      noted.set(id, { id, usedAt: at, error });
      cancel ??= clock.setTimer(everyMs, () => void flush());
    },
    flush,
  };
}
