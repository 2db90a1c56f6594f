import { AppError } from '#shared/errors.ts';
import type { Clock } from './clock.ts';

export type LookupCacheDeps<V> = {
  clock: Clock;
  /** Reads many at once; what is not in the answer does not exist. */
  load(keys: readonly string[]): Promise<ReadonlyMap<string, V>>;
  /** Told of every failed load; the callers get storage_unavailable or what was known before. */
  onError(error: unknown): void;
  limits?: Partial<LookupCacheLimits>;
};

export type LookupCacheLimits = {
  /** Entries kept; those not used for longest leave first. */
  known: number;
  /** Absent keys remembered, and for how long. */
  absent: number;
  absentMs: number;
  /** Look-ups that may wait at once. */
  waiting: number;
  /** Look-ups in one load. */
  batch: number;
  /** Longest wait for one load. */
  loadMs: number;
  /** How long an entry of doubtful age serves before the next try to read it again. */
  retryMs: number;
};

const DEFAULTS: LookupCacheLimits = {
  known: 100_000,
  absent: 10_000,
  absentMs: 5_000,
  waiting: 5_000,
  batch: 500,
  loadMs: 5_000,
  retryMs: 1_000,
};

type Entry<V> = { value: V; doubted: boolean; retryAt: number };
type Waiter<V> = {
  promise: Promise<V | null>;
  settle(value: V | null): void;
  fail(e: unknown): void;
};

export type LookupCache<V> = {
  /** The value, or null when it does not exist. Throws AppError storage_unavailable. */
  get(key: string): V | null | Promise<V | null>;
  /** Forgets what matches, and everything remembered as absent. */
  drop(matches: (value: V) => boolean): void;
  /** Changes may have been missed: reads every entry again before its next use, if it can. */
  doubt(): void;
  /** How many it holds, and how often it could answer by itself since the start. */
  counts(): { size: number; hits: number; misses: number };
};

/**
 * A read-through table for values that must be at hand in microseconds and die within a second of
 * their change. One load runs at a time and carries every key that waits, so that neither a crowd
 * on one key nor a flood of unknown ones costs the database more than one statement at once.
 */
export function createLookupCache<V>(deps: LookupCacheDeps<V>): LookupCache<V> {
  const { clock, load, onError } = deps;
  const limits = { ...DEFAULTS, ...deps.limits };
  const known = new Map<string, Entry<V>>();
  const absent = new Map<string, number>();
  const waiting = new Map<string, Waiter<V>>();
  const queue: string[] = [];
  let loading = false;
  let hits = 0;
  let misses = 0;
  /** Counts every drop and doubt: what was read before one must not be kept after it. */
  let generation = 0;

  function remember(key: string, value: V | null) {
    known.delete(key);
    if (value === null) {
      absent.set(key, clock.now() + limits.absentMs);
      shorten(absent, limits.absent);
      return;
    }
    known.set(key, { value, doubted: false, retryAt: 0 });
    shorten(known, limits.known);
  }

  /** Who was used last leaves last; while there is room nobody leaves, and no order need be kept. */
  function touch(key: string, entry: Entry<V>) {
    if (known.size < limits.known) return;
    known.delete(key);
    known.set(key, entry);
  }

  /** Reads again when something changed meanwhile; after three tries answers without keeping. */
  async function read(keys: readonly string[]): Promise<ReadonlyMap<string, V>> {
    for (let attempt = 1; ; attempt += 1) {
      const before = generation;
      const found = await within(clock, limits.loadMs, load(keys));
      if (before === generation) {
        for (const key of keys) remember(key, found.get(key) ?? null);
        return found;
      }
      if (attempt === 3) return found;
    }
  }

  function fallBack(key: string, waiter: Waiter<V> | undefined, error: unknown) {
    const entry = known.get(key);
    if (!entry) return waiter?.fail(unavailable(error));
    entry.retryAt = clock.now() + limits.retryMs;
    waiter?.settle(entry.value);
  }

  async function pump() {
    if (loading) return;
    loading = true;
    while (queue.length > 0) {
      const keys = queue.splice(0, limits.batch);
      const outcome = await read(keys).catch((error: unknown) => {
        onError(error);
        return { error };
      });
      for (const key of keys) {
        const waiter = waiting.get(key);
        waiting.delete(key);
        if ('error' in outcome) fallBack(key, waiter, outcome.error);
        else waiter?.settle(outcome.get(key) ?? null);
      }
    }
    loading = false;
  }

  function wait(key: string): Promise<V | null> {
    const present = waiting.get(key);
    if (present) return present.promise;
    if (waiting.size >= limits.waiting) throw crowded();
    const { promise, resolve, reject } = Promise.withResolvers<V | null>();
    waiting.set(key, { promise, settle: resolve, fail: reject });
    queue.push(key);
    void pump();
    return promise;
  }

  return {
    get(key) {
      const entry = known.get(key);
      if (entry && (!entry.doubted || clock.now() < entry.retryAt)) {
        hits += 1;
        touch(key, entry);
        return entry.value;
      }
      misses += 1;
      const absentUntil = absent.get(key);
      if (absentUntil !== undefined) {
        if (clock.now() < absentUntil) return null;
        absent.delete(key);
      }
      return wait(key);
    },
    drop(matches) {
      generation += 1;
      absent.clear();
      for (const [key, entry] of known) if (matches(entry.value)) known.delete(key);
    },
    doubt() {
      generation += 1;
      absent.clear();
      for (const entry of known.values()) {
        entry.doubted = true;
        entry.retryAt = 0;
      }
    },
    counts: () => ({ size: known.size, hits, misses }),
  };
}

function shorten(map: Map<string, unknown>, most: number) {
  while (map.size > most) {
    const oldest = map.keys().next();
    if (oldest.done) return;
    map.delete(oldest.value);
  }
}

async function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const cancel = clock.setTimer(ms, () => late.reject(new Error(`no answer within ${ms} ms`)));
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    cancel();
  }
}

function unavailable(cause: unknown) {
  return new AppError(
    'storage_unavailable',
    'The database does not answer, so this key cannot be checked. Try again in a moment.',
    { cause, retryAfterMs: 1_000 },
  );
}

function crowded() {
  return new AppError(
    'storage_unavailable',
    'Too many unknown keys are being checked right now. Try again in a moment.',
    { retryAfterMs: 1_000 },
  );
}
