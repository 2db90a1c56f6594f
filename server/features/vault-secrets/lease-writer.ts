import { AppError } from '#shared/errors.ts';

/** A lease as it is written. */
export type NewLease = {
  id: string;
  at: Date;
  accountId: string;
  bizId: string;
  secretId: string | null;
  by: string;
  address: string;
  expiresAt: Date | null;
  refreshed: boolean;
};

export type LeaseWriter = {
  /**
   * Resolves once the row is stored.
   * @throws AppError storage_unavailable when it could not be, or too many wait.
   */
  write(lease: NewLease): Promise<void>;
  /** Waits for what is being written. */
  close(): Promise<void>;
};

const MOST_AT_ONCE = 500;
const MOST_WAITING = 5_000;

type Waiting = { lease: NewLease; stored(): void; failed(error: unknown): void };

/**
 * Writes leases together: one statement runs at a time, with everything that came meanwhile. A token
 * is given only when its row is stored, so none is ever out that the log does not know; that costs an
 * answer one insert, shared by all that wait.
 */
export function createLeaseWriter(
  insert: (leases: readonly NewLease[]) => Promise<void>,
): LeaseWriter {
  const waiting: Waiting[] = [];
  let running: Promise<void> | null = null;

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MOST_AT_ONCE);
      try {
        await insert(batch.map(({ lease }) => lease));
        for (const { stored } of batch) stored();
      } catch (error) {
        for (const { failed } of batch) failed(unwritten(error));
      }
    }
    running = null;
  }

  return {
    write(lease) {
      if (waiting.length >= MOST_WAITING) return Promise.reject(unwritten(undefined));
      const { promise, reject, resolve } = Promise.withResolvers<void>();
      waiting.push({ lease, stored: resolve, failed: reject });
      running ??= writeAll();
      return promise;
    },
    async close() {
      await running;
    },
  };
}

function unwritten(cause: unknown): AppError {
  return new AppError(
    'storage_unavailable',
    'The lease could not be noted, so no token was given. Try again in a moment.',
    { cause, retryAfterMs: 1_000 },
  );
}
