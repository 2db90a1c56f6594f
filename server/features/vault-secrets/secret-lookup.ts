import { AppError } from '#shared/errors.ts';
import type { Clock } from '../../infra/clock.ts';
import { createLookupCache } from '../../infra/lookup-cache.ts';
import type { Changes } from '../../infra/reloader.ts';
import { addressKey, type Limiters } from '../sessions/index.ts';
import { hashOf, isHash, isSecretShaped, type SecretHolder } from './secret-holder.ts';
import type { KnownSecret, SecretsRepo } from './secrets.repo.ts';

export type SecretLookupDeps = {
  repo: Pick<SecretsRepo, 'known' | 'touch'>;
  changes: Changes<'secrets'>;
  clock: Clock;
  /** Wrong secrets, by address. */
  tries: Limiters['secret'];
  /** The one of the configuration; null = there is none. */
  configured: { hash: string; givesRefreshTokens: boolean } | null;
  /** Told of failed reads; secrets known before go on working. */
  onError(error: unknown): void;
};

export type SecretLookup = ReturnType<typeof createSecretLookup>;

/** How old the time of last use may be. */
const TOUCH_MS = 60_000;

/** Tells whose secret it is, from memory where it can; see infra/lookup-cache.ts for how it stays true. */
export function createSecretLookup(deps: SecretLookupDeps) {
  const { changes, clock, configured, onError, repo, tries } = deps;
  const cache = createLookupCache<KnownSecret>({
    ...{ clock, onError },
    load: (hashes) => repo.known(hashes),
  });
  const touched = new Map<string, number>();
  const writing = new Set<Promise<void>>();
  const stops = [
    // No ids means "any of them".
    changes.on('secrets', ({ ids }) => {
      if (ids.length === 0) return cache.doubt();
      const gone = new Set(ids);
      cache.drop(({ secretId }) => gone.has(secretId));
    }),
    changes.onGap(() => cache.doubt()),
  ];

  const fixed: SecretHolder | null = configured && {
    secretId: null,
    name: 'API_SECRET',
    scopes: configured.givesRefreshTokens
      ? ['read', 'refresh', 'refresh-token']
      : ['read', 'refresh'],
    ...{ tags: [], bizIds: [] },
  };

  async function holderOf(text: string): Promise<SecretHolder | null> {
    const hash = hashOf(text);
    if (configured && isHash(configured.hash, hash)) return fixed;
    if (!isSecretShaped(text)) return null;
    const known = await cache.get(hash.toString('hex'));
    if (!known || !isHash(known.secretHash, hash)) return null;
    const ended = known.expiresAt !== null && known.expiresAt <= clock.now();
    if (known.revoked || ended) return null;
    noteUse(known.secretId);
    return known;
  }

  function noteUse(id: string): void {
    const now = clock.now();
    if (now - (touched.get(id) ?? 0) < TOUCH_MS) return;
    touched.set(id, now);
    // The next use after a minute notes it again.
    const write: Promise<void> = repo
      .touch(id, new Date(now))
      .catch(onError)
      .finally(() => void writing.delete(write));
    writing.add(write);
  }

  return {
    /**
     * Whoever holds this secret. Wrong ones are counted by address; a right one is taken from
     * everywhere, so that a program with an old secret locks nobody out beside it.
     * @throws AppError key_invalid, too_many_tries, storage_unavailable.
     */
    async find(text: string, address: string): Promise<SecretHolder> {
      const holder = await holderOf(text);
      if (holder) return holder;
      await tries.take(addressKey(address));
      // Which of the reasons it is, is for those who see the secrets in the console.
      throw new AppError(
        'key_invalid',
        'This API secret is not valid. It is unknown, has ended or was revoked: see it in the console.',
      );
    },

    /** Stops listening, and waits for what is being written. */
    async close(): Promise<void> {
      for (const stop of stops) stop();
      await Promise.all(writing);
    },
  };
}
