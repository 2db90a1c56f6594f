import { active, phaseOf, type Standing, step } from '#server/features/accounts/account-state.ts';
import type { Candidate } from '#server/gateway/ports.ts';
import { attemptName, choose, type Wish } from '#server/gateway/selection/choose.ts';
import { seedOf } from '#server/gateway/selection/rendezvous.ts';
import { createWaiting } from '#server/gateway/selection/waiting.ts';
import { hashText } from '#server/infra/text-hash.ts';
import type { Random } from './random.ts';
import type { SimClock } from './sim-clock.ts';
import type { Verdict, WorldAccount } from './world.ts';

/** Accounts that a request was sent to already, and platforms that failed it. */
export type Tried = { accounts: ReadonlySet<string>; platforms: ReadonlySet<string> };

/** A way to choose accounts; a chosen one counts as busy until `over`. */
export type Selector = {
  /** Null = refused. */
  first(conversation: string): Promise<WorldAccount | null>;
  another(conversation: string, tried: Tried): WorldAccount | null;
  /** Attempts that may come to nothing before the request is refused. */
  mostFailures: number;
  /** What became of an attempt; `remaining` is what its platform told of the day. */
  over(account: WorldAccount, verdict: Verdict, takenAt: number, remaining: number): void;
};

export type SelectorDeps = { accounts: readonly WorldAccount[]; clock: SimClock; random: Random };

/** What many proxies do: one after the other, and the next one when it fails. */
export function roundRobin({ accounts }: SelectorDeps): Selector {
  let at = 0;
  const next = () => {
    at = (at + 1) % accounts.length;
    return accounts[at] ?? null;
  };
  return { first: async () => next(), another: next, mostFailures: 3, over: () => undefined };
}

export function anyAccount({ accounts, random }: SelectorDeps): Selector {
  const next = () => accounts[random.whole(0, accounts.length - 1)] ?? null;
  return { first: async () => next(), another: next, mostFailures: 3, over: () => undefined };
}

const MODEL = 'model';

type Known = { standing: Standing; busy: number; probed: boolean; remaining: number };

/** Gatehouse's own: the state machine, the order of accounts and the queue as the server runs them. */
export function gatehouse({ accounts, clock, random }: SelectorDeps): Selector {
  const waiting = createWaiting({ clock, limits: { most: 100, ms: 10_000 } });
  const known = new Map<string, Known>();
  const knownOf = (id: string): Known => {
    let found = known.get(id);
    if (!found) {
      found = { standing: active(clock.now()), busy: 0, probed: false, remaining: 1 };
      known.set(id, found);
    }
    return found;
  };

  function candidates(): Candidate[] {
    return accounts.flatMap((account): Candidate[] => {
      const { busy, probed, remaining, standing } = knownOf(account.id);
      const phase = phaseOf(standing, clock.now());
      if (phase === 'resting' || phase === 'off' || (phase === 'half-open' && probed)) return [];
      return [
        {
          accountId: account.id,
          platformId: account.platformId,
          upstreamModel: MODEL,
          weight: 1,
          priority: 0,
          own: false,
          busy,
          most: account.most,
          remaining,
          probing: phase === 'half-open',
          leaned: false,
          place: hashText(account.id),
        },
      ];
    });
  }

  function take(conversation: string, tried?: Tried): WorldAccount | null {
    const seed = seedOf(conversation);
    const wish: Wish = { conversation: seed, start: seed, leansOn: [], preferShared: false };
    const chosen = choose(candidates(), wish, random.next, tried && triedBefore(tried));
    if (!chosen) return null;
    const account = knownOf(chosen.accountId);
    account.busy += 1;
    account.probed ||= chosen.probing;
    return accounts.find(({ id }) => id === chosen.accountId) ?? null;
  }

  function learn(account: Known, verdict: Verdict, takenAt: number): void {
    const now = clock.now();
    const event =
      verdict.kind === 'served'
        ? ({ kind: 'succeeded', takenAt } as const)
        : ({
            kind: 'failed',
            takenAt,
            cause: verdict.kind === 'limited' ? verdict.cause : 'server',
            returnsAt: verdict.kind === 'limited' ? verdict.returnsAt : null,
          } as const);
    account.standing = step(account.standing, event, now, 'UTC');
  }

  return {
    mostFailures: 3,
    async first(conversation) {
      const errand = {
        person: personOf(conversation),
        model: 'model',
        bytes: 10_000,
        signal: new AbortController().signal,
        attempt: () => take(conversation),
      };
      return waiting.serve(errand).then(
        ({ got }) => got,
        () => null,
      );
    },
    another: take,
    over({ id }, verdict, takenAt, remaining) {
      const account = knownOf(id);
      account.busy -= 1;
      account.probed = false;
      if (verdict.kind === 'served') account.remaining = remaining;
      learn(account, verdict, takenAt);
      waiting.wake();
    },
  };
}

/** Conversations are named after the person who has them. */
function personOf(conversation: string): string {
  return conversation.split(' talk ')[0] ?? conversation;
}

function triedBefore({ accounts, platforms }: Tried) {
  const named = [...accounts].map((accountId) => attemptName({ accountId, upstreamModel: MODEL }));
  return { accounts: new Set(named), platforms: new Set(platforms) };
}
