import type { Clock } from '../../infra/clock.ts';
import type { KeyLookupRepo } from './keys.lookup.repo.ts';

export type LastUsed = {
  /** Notes a use now; costs no I/O. */
  note(keyId: string): void;
  /** Writes what was noted. Failures are dropped: the next use notes it again. */
  flush(): Promise<void>;
  close(): Promise<void>;
};

/** Gathers uses and writes them in one statement, at most every `everyMs` milliseconds. */
export function createLastUsed(
  repo: Pick<KeyLookupRepo, 'touch'>,
  clock: Clock,
  everyMs = 10_000,
): LastUsed {
  const noted = new Map<string, number>();
  let cancel: (() => void) | null = null;
  let closed = false;

  async function flush() {
    cancel?.();
    cancel = null;
    if (noted.size === 0) return;
    // Sorted, so that two replicas that write the same keys lock them in the same order.
    const uses = [...noted].map(([keyId, at]) => ({ keyId, at }));
    noted.clear();
    uses.sort((a, b) => (a.keyId < b.keyId ? -1 : 1));
    await repo.touch(uses).catch(() => undefined);
  }

  return {
    note(keyId) {
      noted.set(keyId, clock.now());
      if (closed) return;
      cancel ??= clock.setTimer(everyMs, () => void flush());
    },
    flush,
    async close() {
      closed = true;
      await flush();
    },
  };
}
