import type { Clock } from '../../infra/clock.ts';
import type { AccountPoolRepo } from './accounts.pool.repo.ts';

/** An account with its key as it was when the call began, sealed. */
type Proved = { id: string; secret: string | null };

export type ProofsDeps = {
  repo: Pick<AccountPoolRepo, 'prove'>;
  clock: Pick<Clock, 'now'>;
  onError(error: unknown): void;
};

/**
 * Notes which accounts have answered well with the key they have: anyone can enter a key that opens
 * nothing. Each is written once for each key, and again by another process.
 */
export function createProofs({ repo, clock, onError }: ProofsDeps) {
  const proved = new Map<string, string | null>();

  return {
    /** Its platform answered well. */
    async add({ id, secret }: Proved): Promise<void> {
      if (proved.has(id) && proved.get(id) === secret) return;
      proved.set(id, secret);
      try {
        await repo.prove({ id, secret }, clock.now());
      } catch (error) {
        // The next good answer writes it.
        proved.delete(id);
        onError(error);
      }
    },
  };
}
