import { AppError } from '#shared/errors.ts';
import type { AccountPool, Candidate, Outcome, Skipped, Target } from '../../gateway/ports.ts';
import type { Clock } from '../../infra/clock.ts';
import { type Changes, createReloader } from '../../infra/reloader.ts';
import { maskError } from '../../platforms/mask-error.ts';
import { type AccountCipher, openKey } from './account-secret.ts';
import type { AccountPoolRepo, UsableAccount } from './accounts.pool.repo.ts';
import { cool, type Fitness, fresh, isCooling, warm } from './cool-down.ts';
import { createPoolMembers } from './pool-members.ts';
import { createUseNotes } from './use-notes.ts';

/** Who wants to know: what one person may use, or what anyone may. */
export type Viewer = { userId: string } | 'all';

/** How many accounts of a platform could serve the viewer now. */
export type ReadyAccounts = (platformId: string, viewer: Viewer) => number;

export type PoolDeps = {
  repo: AccountPoolRepo;
  cipher: AccountCipher;
  changes: Changes<'accounts' | 'users'>;
  clock: Clock;
  /** Told of reads and writes that failed; the pool goes on with what it knows. */
  onError(error: unknown): void;
};

export type Accounts = AccountPool & {
  ready: ReadyAccounts;
  /** When a cooling account returns, epoch milliseconds; null = it is not cooling in this process. */
  coolingUntil(accountId: string): number | null;
  /** Learns from a call made outside the request path, such as a person's test. */
  report(account: Pick<UsableAccount, 'id' | 'secret'>, outcome: Outcome): Promise<void>;
  /** Reads these accounts again now, without waiting for the event to come round. */
  refresh(ids: readonly string[]): Promise<void>;
  /** Listens for changes and reads all accounts. Rejects like the database. */
  start(): Promise<void>;
  /** Writes the notes that wait and stops listening. */
  close(): Promise<void>;
};

type Taken = { account: UsableAccount; fitness: Fitness; secret: string | null; at: number };

/** All usable accounts in memory, who may use them, and how they fare. */
export function createAccountPool(deps: PoolDeps): Accounts {
  const { repo, cipher, changes, clock, onError } = deps;
  const members = createPoolMembers(repo);
  const notes = createUseNotes(repo, clock);
  const fitnesses = new Map<string, Fitness>();
  const taken = new Map<Target, Taken>();
  const opened = new WeakMap<UsableAccount, string | null>();
  const stops: (() => void)[] = [];
  const reloader = createReloader({ load: members.load, clock, onError });
  const reload = (ids: readonly string[] | null) => reloader.reload(ids);
  const reloadLater = (ids: readonly string[] | null) => void reload(ids).catch(() => undefined);

  // No ids means: any of them.
  const heard = ({ ids }: { ids: readonly string[] }) => reloadLater(ids.length > 0 ? ids : null);

  function fitnessOf(id: string): Fitness {
    let fitness = fitnesses.get(id);
    if (!fitness) {
      fitness = fresh();
      fitnesses.set(id, fitness);
    }
    return fitness;
  }

  function* usableBy(viewer: Viewer, platformId: string) {
    for (const account of members.onPlatform(platformId)) {
      if (viewer === 'all' || account.shared || account.ownerId === viewer.userId) yield account;
    }
  }

  function secretOf(account: UsableAccount): string | null {
    let secret = opened.get(account);
    if (secret === undefined) {
      secret = openKey(cipher, account.id, account.secret);
      opened.set(account, secret);
    }
    return secret;
  }

  function expire(account: Pick<UsableAccount, 'id' | 'secret'>, message: string): Promise<void> {
    members.drop(account.id, account.secret);
    return repo
      .expire(account.id, account.secret, message, clock.now())
      .then(() => undefined, onError);
  }

  /** Applies what became of a call; resolves when what must be stored is stored. */
  async function learn(call: Omit<Taken, 'at'>, takenAt: number, outcome: Outcome): Promise<void> {
    const { account, fitness, secret } = call;
    switch (outcome.kind) {
      case 'ok':
        warm(fitness, takenAt);
        return notes.add(account.id, null);
      case 'neutral':
        return notes.add(account.id, null);
      case 'rate_limited':
        cool(fitness, clock.now(), takenAt, outcome.retryAfterMs);
        return notes.add(account.id, maskError(outcome.message, secret));
      case 'failed':
        cool(fitness, clock.now(), takenAt, null);
        return notes.add(account.id, maskError(outcome.message, secret));
      case 'unauthorised':
        return expire(account, maskError(outcome.message, secret));
    }
  }

  return {
    consider(routes, { principal }) {
      const now = clock.now();
      const candidates: Candidate[] = [];
      const skipped: Skipped[] = [];
      for (const route of routes) {
        for (const account of usableBy(principal, route.platformId)) {
          const fitness = fitnesses.get(account.id);
          const { id: accountId } = account;
          const { platformId, upstreamModel, weight, priority } = route;
          if (fitness && isCooling(fitness, now)) {
            skipped.push({ accountId, platformId, reason: 'cooling', until: fitness.coolingUntil });
            continue;
          }
          candidates.push({
            accountId,
            platformId,
            upstreamModel,
            weight,
            priority,
            own: account.ownerId === principal.userId,
            busy: fitness?.busy ?? 0,
            most: null,
            remaining: 1,
            probing: false,
          });
        }
      }
      return { candidates, skipped };
    },

    async take(candidate) {
      const account = members.find(candidate.accountId);
      // Chosen as a lent one: it must still be lent.
      if (!account || (!candidate.own && !account.shared)) {
        throw new AppError('no_account', 'The chosen account is no longer available; try again.');
      }
      let secret: string | null;
      try {
        secret = secretOf(account);
      } catch (error) {
        onError(error);
        members.drop(account.id, account.secret);
        const message = 'The stored key cannot be opened; its owner must enter it again.';
        notes.add(account.id, message);
        throw new AppError('no_account', message, { cause: error });
      }
      const fitness = fitnessOf(account.id);
      fitness.busy += 1;
      const target: Target = {
        accountId: account.id,
        platformId: candidate.platformId,
        upstreamModel: candidate.upstreamModel,
        secret,
        options: account.options,
      };
      taken.set(target, { account, fitness, secret, at: clock.now() });
      return target;
    },

    finish(target, outcome) {
      const call = taken.get(target);
      if (!call) return;
      taken.delete(target);
      call.fitness.busy -= 1;
      void learn(call, call.at, outcome);
    },

    ready(platformId, viewer) {
      const now = clock.now();
      let count = 0;
      for (const { id } of usableBy(viewer, platformId)) {
        const fitness = fitnesses.get(id);
        if (!fitness || !isCooling(fitness, now)) count += 1;
      }
      return count;
    },

    coolingUntil(accountId) {
      const until = fitnesses.get(accountId)?.coolingUntil ?? 0;
      return until > clock.now() ? until : null;
    },

    report({ id, secret: sealed }, outcome) {
      const account = { id, secret: sealed } as UsableAccount;
      const secret = openKey(cipher, id, sealed);
      return learn({ account, fitness: fitnessOf(id), secret }, clock.now(), outcome);
    },

    refresh: reload,

    start() {
      stops.push(
        changes.on('accounts', heard),
        changes.on('users', heard),
        changes.onGap(() => reloadLater(null)),
      );
      return reload(null);
    },

    async close() {
      for (const stop of stops.splice(0)) stop();
      reloader.close();
      await notes.flush();
    },
  };
}
