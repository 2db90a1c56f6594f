import { active } from '#server/features/accounts/account-state.ts';
import type { UsableAccount } from '#server/features/accounts/accounts.pool.repo.ts';
import { createAccountPool } from '#server/features/accounts/accounts.pool.ts';
import type { Outcome, Principal, Target } from '#server/gateway/ports.ts';
import { attemptName, choose, type Wish } from '#server/gateway/selection/choose.ts';
import { seedOf } from '#server/gateway/selection/rendezvous.ts';
import { createWaiting } from '#server/gateway/selection/waiting.ts';
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
  over(account: WorldAccount, verdict: Verdict, remaining: number): void;
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
const PRINCIPAL: Principal = {
  userId: 'person',
  keyId: null,
  allowedModels: [],
  scopes: [],
  rules: [],
};
const DAY = 86_400_000;

/** Gatehouse's own: the pool of accounts, their order and the queue as the server runs them. */
export async function gatehouse({ accounts, clock, random }: SelectorDeps): Promise<Selector> {
  const waiting = createWaiting({ clock, limits: { most: 100, ms: 10_000 } });
  const byId = new Map(accounts.map((account) => [account.id, account]));
  const routes = [...new Set(accounts.map(({ platformId }) => platformId))].map((platformId) => ({
    ...{ platformId, upstreamModel: MODEL, weight: 1, priority: 0 },
  }));
  const endOfDay = clock.now() + DAY;
  const pool = poolOf(accounts, clock);
  await pool.start();
  const targets = new Map<WorldAccount, Target[]>();

  function take(conversation: string, tried?: Tried): WorldAccount | null {
    const seed = seedOf(conversation);
    const wish: Wish = { conversation: seed, start: seed, leansOn: [], preferShared: false };
    const asker = { principal: PRINCIPAL, model: MODEL, start: seed };
    const { candidates } = pool.consider(routes, asker);
    const chosen = choose(candidates, wish, random.next, tried && triedBefore(tried));
    const account = chosen && byId.get(chosen.accountId);
    if (!account) return null;
    void pool.take(chosen).then((target) => {
      const running = targets.get(account) ?? [];
      targets.set(account, [...running, target]);
    });
    return account;
  }

  return {
    mostFailures: 3,
    async first(conversation) {
      const errand = {
        person: personOf(conversation),
        model: MODEL,
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
    over(account, verdict, remaining) {
      const target = targets.get(account)?.shift();
      if (!target) throw new Error(`${account.id} was not taken`);
      if (verdict.kind === 'served') pool.answering(target, { remaining, resetAt: endOfDay });
      pool.finish(target, outcomeOf(verdict));
      waiting.wake();
    },
  };
}

function poolOf(accounts: readonly WorldAccount[], clock: SimClock) {
  const rows = accounts.map(
    ({ id, most, platformId }): UsableAccount => ({
      ...{ id, platformId, ownerId: 'lender', shared: true, secret: null, options: {} },
      terms: { users: [], models: [], hours: null, tokensPerDay: null },
      modelsOff: [],
      proxyId: null,
      renewable: null,
      maxConcurrency: most,
      standing: active(clock.now()),
      models: {},
    }),
  );
  return createAccountPool({
    repo: {
      usable: async () => rows,
      usableOf: async () => [],
      move: async () => true,
      lentSince: async () => new Map(),
      note: async () => undefined,
      prove: async () => undefined,
    },
    cipher: { seal: (plain) => plain, open: (sealed) => sealed },
    changes: { on: () => () => undefined, onGap: () => () => undefined },
    clock,
    zone: 'UTC',
    newId: () => 'event',
    quotaGroup: (_platformId, model) => model,
    onError(error) {
      throw error;
    },
  });
}

function outcomeOf(verdict: Verdict): Outcome {
  const message = verdict.kind;
  switch (verdict.kind) {
    case 'served':
      return { kind: 'ok' };
    case 'failed':
      return { kind: 'failed', cause: 'server', returnsAt: null, message };
    case 'limited': {
      const { cause, returnsAt } = verdict;
      return { kind: 'rate_limited', cause, scope: 'account', returnsAt, message };
    }
  }
}

/** Conversations are named after the person who has them. */
function personOf(conversation: string): string {
  return conversation.split(' talk ')[0] ?? conversation;
}

function triedBefore({ accounts, platforms }: Tried) {
  const named = [...accounts].map((accountId) => attemptName({ accountId, upstreamModel: MODEL }));
  return { accounts: new Set(named), platforms: new Set(platforms) };
}
