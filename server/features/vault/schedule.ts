import type { Clock } from '../../infra/clock.ts';
import type { Changes } from '../../infra/reloader.ts';
import type { Claimed, RefreshStore } from './refresh-store.ts';
import type { Refresher } from './refresher.ts';
import type { VaultSettings } from './vault.types.ts';

const TICK_MS = 15_000;
const TIDY_EVERY_MS = 600_000;
const MOST_FORGOTTEN = 1_000;
const DAY = 86_400_000;
const HISTORY_MS = 120 * DAY;
const MOST_REMOVED = 1_000;

export type ScheduleDeps = {
  store: Pick<RefreshStore, 'claimDue' | 'planForgotten' | 'release' | 'trimHistory'>;
  refresher: Pick<Refresher, 'claimant' | 'refreshClaimed'>;
  changes: Pick<Changes<'accounts'>, 'on'>;
  settings(): VaultSettings;
  clock: Clock;
  onError(error: unknown): void;
};

/**
 * Refreshes what is due, a few at a time and one for each proxy: servers share the work by claims, and
 * what was due while none ran is caught up with at the same pace.
 */
export function createSchedule(deps: ScheduleDeps) {
  const { changes, clock, onError, refresher, settings, store } = deps;
  const busyProxies = new Set<string>();
  let active = 0;
  let cancel: (() => void) | null = null;
  let looking: Promise<void> | null = null;
  let again = false;
  let closed = true;
  let tidiedAt = Number.NEGATIVE_INFINITY;
  /** When accounts without a plan were looked for, and whether there may be some since. */
  let plannedAt = Number.NEGATIVE_INFINITY;
  let mayLack = true;
  let stopHearing = () => {};

  async function look(): Promise<void> {
    if (!settings().autoRefresh) return;
    await tidy();
    const free = settings().concurrency - active;
    if (free <= 0) return;
    const rows = await store.claimDue(free, refresher.claimant, [...busyProxies]);
    await Promise.all(rows.map(begin));
    // As many as there was room for: there may be more, of other proxies.
    if (rows.length === free) again = true;
  }

  async function tidy(): Promise<void> {
    const now = clock.now();
    if (now - tidiedAt >= TIDY_EVERY_MS) {
      tidiedAt = now;
      // News of a change may have been missed.
      mayLack = true;
      await store.trimHistory(new Date(now - HISTORY_MS), MOST_REMOVED);
    }
    // NOTE: each refresh is a change too, and the next look may follow at once.
    if (!mayLack || now - plannedAt < TICK_MS) return;
    [plannedAt, mayLack] = [now, false];
    if (await store.planForgotten(MOST_FORGOTTEN)) mayLack = true;
  }

  /** Resolves at once for what began; one of a proxy that is busy by now is let go of. */
  function begin(claimed: Claimed): Promise<void> {
    const { account_id: accountId, generation, proxy_id: proxy } = claimed;
    if (closed || (proxy !== null && busyProxies.has(proxy))) {
      return store.release(accountId, generation).catch(onError);
    }
    if (proxy !== null) busyProxies.add(proxy);
    active += 1;
    void refresher
      .refreshClaimed(claimed, { trigger: 'schedule' })
      .finally(() => {
        active -= 1;
        if (proxy !== null) busyProxies.delete(proxy);
      })
      // NOTE: after an error (the disk, the database) the next look waits for its time.
      .then(tick, onError);
    return Promise.resolve();
  }

  function tick(): void {
    if (closed) return;
    cancel?.();
    cancel = clock.setTimer(TICK_MS, tick);
    if (looking) {
      again = true;
      return;
    }
    again = false;
    looking = look()
      .catch(onError)
      .finally(() => {
        looking = null;
        if (again && active < settings().concurrency) tick();
      });
  }

  return {
    start(): void {
      closed = false;
      // Switched on, say: then it is due by the next look.
      stopHearing = changes.on('accounts', () => {
        mayLack = true;
      });
      tick();
    },
    /** Begins nothing more; what runs is the refresher's. */
    async close(): Promise<void> {
      closed = true;
      cancel?.();
      stopHearing();
      await looking;
    },
  };
}
