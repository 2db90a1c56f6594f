import { AppError, toAppError } from '#shared/errors.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Changes } from '../../infra/reloader.ts';
import { type AccountCipher, sealKey } from '../accounts/index.ts';
import type { AdminCalls, NewPluginUser } from './admin-calls.ts';
import type { Claim, PluginKeysRepo } from './plugin-keys.repo.ts';

const EVERY_MS = 15_000;
const MOST_AT_ONCE = 4;
const MOST_ENROLLED = 500;
/** Longer than any try takes: three calls of 30 s each. */
const CLAIMED_MS = 180_000;
const FIRST_RETRY_MS = 30_000;
const LONGEST_RETRY_MS = 3_600_000;
/** How far their clock may be behind ours. */
const SKEW_MS = 300_000;
const LONGEST_ERROR = 500;

export type ProvisioningDeps = {
  repo: Pick<
    PluginKeysRepo,
    'enrol' | 'claim' | 'asking' | 'found' | 'known' | 'ready' | 'failed' | 'release'
  >;
  admin: AdminCalls;
  cipher: AccountCipher;
  changes: Changes<'users'>;
  clock: Clock;
  /** 0 to 1, 1 excluded. */
  random: () => number;
  newId: () => string;
  /** Told of faults of ours; the next round tries again. */
  onError(error: unknown): void;
};

export type Provisioning = ReturnType<typeof createProvisioning>;

/**
 * Gives everybody an account at the Plug-in API, however they came to be here: a round every 15 s, and
 * at once when people change. Nobody waits for it. A row is taken by one replica at a time.
 */
export function createProvisioning(deps: ProvisioningDeps) {
  const { admin, changes, cipher, clock, newId, onError, random, repo } = deps;
  const closing = new AbortController();
  const stops: (() => void)[] = [];
  let cancel: (() => void) | null = null;
  let running: Promise<void> | null = null;
  let again = false;

  /** The key of somebody who may have been asked for before: never a second account for one person. */
  async function keyFor(claim: Claim): Promise<NewPluginUser> {
    const { signal } = closing;
    const lost = (await earlierOne(claim)) ?? (await lostOne(claim));
    if (lost !== null) {
      await repo.found(claim.userId, lost);
      return await admin.renew(lost, signal);
    }
    const name = claim.asked?.as ?? claim.username;
    await repo.asking(claim.userId, name, new Date(clock.now()));
    return await admin.create(name, signal);
  }

  /** Who they were there when they had a key, unless that user was removed. */
  async function earlierOne({ pluginUserId }: Claim): Promise<string | null> {
    if (pluginUserId === null) return null;
    return (await admin.has(pluginUserId, closing.signal)) ? pluginUserId : null;
  }

  /** Who was made when we asked before and never heard the answer. */
  async function lostOne({ asked }: Claim): Promise<string | null> {
    if (asked === null) return null;
    const since = asked.at.getTime() - SKEW_MS;
    const ids = await admin.findSince(asked.as, since, closing.signal);
    const taken = await repo.known(ids);
    const free = ids.filter((id) => !taken.has(id));
    if (free.length <= 1) return free[0] ?? null;
    throw new AppError(
      'conflict',
      `The Plug-in API has ${free.length} new users called "${asked.as}". Remove those that are not this person's there, then try again.`,
    );
  }

  async function provide(claim: Claim): Promise<void> {
    try {
      const { apiKey, pluginUserId } = await keyFor(claim);
      const accountId = newId();
      const key = { accountId, pluginUserId, ...sealKey(cipher, accountId, apiKey) };
      await repo.ready(claim.userId, key, new Date(clock.now()));
    } catch (thrown) {
      await (closing.signal.aborted
        ? repo.release(claim.userId, new Date(clock.now()))
        : putOff(claim, thrown));
    }
  }

  async function putOff(claim: Claim, thrown: unknown): Promise<void> {
    const error = toAppError(thrown);
    if (error.code === 'internal') onError(thrown);
    const now = clock.now();
    const next = now + waitMs(claim.attempts, random());
    await repo.failed(claim.userId, error.message.slice(0, LONGEST_ERROR), {
      now: new Date(now),
      next: new Date(next),
    });
  }

  async function all(): Promise<void> {
    while (!closing.signal.aborted) {
      const now = clock.now();
      const enrolled = await repo.enrol(new Date(now), MOST_ENROLLED);
      const claims = await repo.claim(new Date(now), new Date(now + CLAIMED_MS), MOST_AT_ONCE);
      await Promise.all(claims.map(provide));
      if (claims.length === 0 && enrolled < MOST_ENROLLED) return;
    }
  }

  function round(): void {
    if (closing.signal.aborted) return;
    if (running) {
      again = true;
      return;
    }
    cancel?.();
    again = false;
    running = all()
      .catch(onError)
      .finally(() => {
        running = null;
        if (closing.signal.aborted) return;
        if (again) round();
        else cancel = clock.setTimer(EVERY_MS, round);
      });
  }

  return {
    start(): void {
      stops.push(changes.on('users', round), changes.onGap(round));
      round();
    },
    /** Looks now for whose turn it is. */
    wake: round,
    /** Ends what is under way; it is done at the next start. */
    async close(): Promise<void> {
      closing.abort(new AppError('shutting_down', 'The server is restarting.'));
      for (const stop of stops) stop();
      cancel?.();
      await running;
    },
  };
}

/** How long to leave it alone: twice as long after each try, and not everybody at the same moment. */
function waitMs(attempts: number, random: number): number {
  const doubled = FIRST_RETRY_MS * 2 ** Math.min(Math.max(attempts - 1, 0), 20);
  return Math.round(Math.min(doubled, LONGEST_RETRY_MS) * (0.75 + random / 2));
}
