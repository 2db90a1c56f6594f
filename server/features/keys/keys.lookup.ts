import { AppError } from '#shared/errors.ts';
import type { KeyLookup, Principal } from '../../gateway/ports.ts';
import type { Clock } from '../../infra/clock.ts';
import { sha256hex } from '../../infra/ids.ts';
import { createLookupCache, type LookupCacheLimits } from '../../infra/lookup-cache.ts';
import type { Changes } from '../../infra/reloader.ts';
import { type AddressList, addressList, addressText } from './addresses.ts';
import { isKeyShaped } from './key-secret.ts';
import type { KeyHolder, KeyLookupRepo, Standing, UserHolder } from './keys.lookup.repo.ts';
import { createLastUsed } from './last-used.ts';

export type KeyLookupDeps = {
  repo: KeyLookupRepo;
  changes: Changes<'keys' | 'users'>;
  clock: Clock;
  /** Told of failed reads; keys known before go on working. */
  onError(error: unknown): void;
  limits?: Partial<LookupCacheLimits>;
};

export type Principals = KeyLookup & {
  /**
   * A signed-in person without a key, as the console's playground asks.
   * Throws AppError user_disabled, user_silenced or not_signed_in.
   */
  ofUser(userId: string): Promise<Principal>;
  /** Forgets changed keys at once, without waiting for the event to come round. */
  forgetKeys(ids: readonly string[]): void;
  forgetUsers(ids: readonly string[]): void;
  /** How many keys are in memory, and how often one was found there since the start. */
  counts(): { size: number; hits: number; misses: number };
  /** Writes when keys were last used. */
  flush(): Promise<void>;
  /** Stops listening and flushes. */
  close(): Promise<void>;
};

/** A key as it is kept in memory; `from` is null where it may be used from anywhere. */
type KnownKey = KeyHolder & { principal: Principal; from: AddressList | null };

/** Tells who asks, from memory where it can; see lookup-cache.ts for how it stays true. */
export function createKeyLookup(deps: KeyLookupDeps): Principals {
  const { repo, changes, clock, onError } = deps;
  const shared = { clock, onError, ...(deps.limits && { limits: deps.limits }) };
  const keys = createLookupCache<KnownKey>({
    ...shared,
    async load(hashes) {
      const found = await repo.findKeys(hashes);
      return new Map([...found].map(([hash, row]) => [hash, toKnown(row)]));
    },
  });
  const users = createLookupCache<UserHolder>({ ...shared, load: (ids) => repo.findUsers(ids) });
  const lastUsed = createLastUsed(repo, clock);

  function forgetKeys(ids: readonly string[]) {
    const gone = new Set(ids);
    keys.drop((holder) => gone.has(holder.keyId));
  }
  function forgetUsers(ids: readonly string[]) {
    const gone = new Set(ids);
    keys.drop((holder) => gone.has(holder.ownerId));
    users.drop((holder) => gone.has(holder.userId));
  }
  function doubtAll() {
    keys.doubt();
    users.doubt();
  }
  const stops = [
    // No ids means "any of them".
    changes.on('keys', ({ ids }) => (ids.length > 0 ? forgetKeys(ids) : doubtAll())),
    changes.on('users', ({ ids }) => (ids.length > 0 ? forgetUsers(ids) : doubtAll())),
    changes.onGap(doubtAll),
  ];

  return {
    async find(secret, address) {
      if (!isKeyShaped(secret)) throw unknownKey();
      const holder = await keys.get(sha256hex(secret));
      if (!holder) throw unknownKey();
      refuseDead(holder, clock.now());
      if (holder.from) refuseForeign(holder.from, address());
      lastUsed.note(holder.keyId);
      return holder.principal;
    },
    async ofUser(userId) {
      const holder = await users.get(userId);
      if (!holder) throw new AppError('not_signed_in', 'Sign in first.');
      refuseStanding(holder.standing);
      return {
        userId,
        keyId: null,
        allowedModels: [],
        scopes: [],
        preferShared: holder.preferShared,
        rules: holder.rules,
      };
    },
    forgetKeys,
    forgetUsers,
    counts: keys.counts,
    flush: () => lastUsed.flush(),
    async close() {
      for (const stop of stops) stop();
      await lastUsed.close();
    },
  };
}

function toKnown(row: KeyHolder): KnownKey {
  const from = row.addresses.length > 0 ? addressList(row.addresses) : null;
  return { ...row, principal: toPrincipal(row), from };
}

function toPrincipal(row: KeyHolder): Principal {
  return {
    userId: row.ownerId,
    keyId: row.keyId,
    allowedModels: row.allowedModels,
    scopes: row.scopes,
    preferShared: row.preferShared,
    rules: row.rules,
  };
}

function refuseDead(holder: KeyHolder, now: number) {
  if (holder.revoked) {
    throw new AppError('key_invalid', 'This API key has been revoked. Create a new one.');
  }
  if (holder.secretUntil !== null && holder.secretUntil <= now) {
    throw new AppError('key_invalid', 'This API key was replaced by a new one. Use that one.');
  }
  if (holder.expiresAt !== null && holder.expiresAt <= now) {
    const when = new Date(holder.expiresAt).toISOString();
    throw new AppError('key_invalid', `This API key expired at ${when}. Create a new one.`);
  }
  if (holder.switchedOff) {
    throw new AppError(
      'key_invalid',
      'This API key is switched off. Its owner can switch it on in the console.',
    );
  }
  refuseStanding(holder.standing);
}

/** NOTE: what the list allows is nobody's business who is not on it. */
function refuseForeign(from: AddressList, address: string) {
  if (from(address)) return;
  const seen = addressText(address);
  throw new AppError(
    'address_not_allowed',
    `This API key may not be used from ${seen ?? 'this address'}. Its owner can allow it in the console.`,
  );
}

function unknownKey() {
  return new AppError(
    'key_invalid',
    'This API key is not valid. Check that it was copied whole, from gh- to its last character.',
  );
}

function refuseStanding(standing: Standing) {
  if (standing === 'active') return;
  if (standing === 'disabled') {
    throw new AppError('user_disabled', 'The owner of this key has been disabled. Ask an admin.');
  }
  throw new AppError(
    'user_silenced',
    'The owner of this key is silenced: they may look, but not call models. Ask an admin.',
  );
}
