import { active } from '#server/features/accounts/account-state.ts';
import type { Move, UsableAccount, UseNote } from '#server/features/accounts/accounts.pool.repo.ts';
import { createAccountPool, type TokenRenewal } from '#server/features/accounts/accounts.pool.ts';
import { NO_TERMS } from '#server/features/accounts/loan-terms.ts';
import type { Outcome, Principal, Route, Target } from '#server/gateway/ports.ts';
import { fakeChanges } from '#server/testing/fake-changes.ts';
import { fakeClock } from '#server/testing/fake-clock.ts';

export const ADA: Principal = {
  userId: 'ada',
  keyId: null,
  allowedModels: [],
  scopes: [],
  rules: [],
};
export const BOB: Principal = { ...ADA, userId: 'bob' };
export const ROUTES: Route[] = [
  { platformId: 'lab', upstreamModel: 'tiny', weight: 3, priority: 0 },
];
export const WELL = {
  platformId: 'lab',
  upstreamModel: 'tiny',
  weight: 3,
  priority: 0,
  busy: 0,
  most: null,
  remaining: 1,
  probing: false,
  leaned: false,
};
export const limited = (returnsAt: number | null, cause: 'burst' | 'quota' = 'burst') =>
  ({ kind: 'rate_limited', cause, scope: 'account', returnsAt, message: 'slow down' }) as const;
export const failed = (message: string) =>
  ({ kind: 'failed', cause: 'server', returnsAt: null, message }) as const;
export const KEY = 'sk-of-a1-0123456789';

export const a1: UsableAccount = {
  proxyId: null,
  renewable: null,
  modelsOff: [],
  id: 'a1',
  ownerId: 'ada',
  platformId: 'lab',
  shared: false,
  secret: `sealed:${KEY}`,
  options: {},
  terms: NO_TERMS,
  maxConcurrency: null,
  standing: active(0),
  models: {},
};
export const b1: UsableAccount = {
  ...a1,
  id: 'b1',
  ownerId: 'bob',
  shared: true,
  secret: 'sealed:sk-of-b1',
};

/** A pool over two accounts in memory, and what it writes. */
export function accountPool(renewal?: TokenRenewal) {
  const clock = fakeClock();
  const changes = fakeChanges();
  const table = { rows: [a1, b1] };
  const notes: UseNote[][] = [];
  const moves: Move[] = [];
  const used = new Map<string, number>();
  let made = 0;
  const proved: string[] = [];
  const errors: unknown[] = [];
  const opened: string[] = [];
  const pool = createAccountPool({
    repo: {
      usable: async () => table.rows,
      usableOf: async (ids, owners) =>
        table.rows.filter((row) => ids.includes(row.id) || owners.includes(row.ownerId)),
      move: async (move) => {
        moves.push(move);
        const stored = table.rows.find(({ id }) => id === move.id);
        if (stored?.secret !== move.sealed) return false;
        const { model, to } = move;
        const changed =
          model === null ? { standing: to } : { models: { ...stored.models, [model]: to } };
        table.rows = table.rows.map((row) => (row === stored ? { ...row, ...changed } : row));
        return true;
      },
      prove: async ({ id }) => void proved.push(id),
      lentSince: async () => used,
      note: async (batch) => void notes.push([...batch]),
    },
    cipher: {
      seal: (plain) => `sealed:${plain}`,
      open(sealed, place) {
        opened.push(place.id);
        if (!sealed.startsWith('sealed:')) throw new Error('damaged');
        return sealed.slice('sealed:'.length);
      },
    },
    changes,
    clock,
    zone: 'UTC',
    newId: () => `event-${++made}`,
    quotaGroup: (_platformId, model) => model.replace(/ [12]$/, ' family'),
    ...(renewal && { renewal }),
    onError: (error) => errors.push(error),
  });
  const consider = (principal: Principal, routes = ROUTES) =>
    pool.consider(routes, { principal, model: 'm' });
  const ids = (principal: Principal) =>
    consider(principal).candidates.map((candidate) => candidate.accountId);
  async function takeFirst(principal = ADA): Promise<Target> {
    const [first] = consider(principal).candidates;
    if (!first) throw new Error('nobody is there');
    return pool.take(first);
  }
  async function fare(outcome: Outcome, principal = ADA) {
    pool.finish(await takeFirst(principal), outcome);
  }
  return {
    pool,
    clock,
    changes,
    table,
    notes,
    moves,
    proved,
    used,
    errors,
    opened,
    consider,
    ids,
    takeFirst,
    fare,
  };
}
