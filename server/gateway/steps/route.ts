import { AppError } from '#shared/errors.ts';
import type { Platform } from '../../platforms/platform.ts';
import type { Admitted, Routed } from '../exchange.ts';
import type { AccountPool, Candidate, Skipped } from '../ports.ts';
import { accountTag } from '../protocols/seals.ts';

export type RouteDeps = {
  pool: AccountPool;
  platform: (id: string) => Platform | undefined;
  random: () => number;
  now: () => number;
};

/**
 * Orders the accounts that may serve the request: those it leans on, then own before lent, then a draw weighted by the
 * route's share and by how little each is doing, so that no account is overrun and equal servers do
 * not all pick the same one. Routes of weight 0 come last. Throws AppError no_account, not_offered or
 * bound_elsewhere.
 */
export function route(deps: RouteDeps, admitted: Admitted): Routed {
  const { model, principal, request } = admitted;
  const asker = { principal, model: model.name };
  const { candidates: usable, skipped } = deps.pool.consider(model.routes, asker);
  if (usable.length === 0) throw nothingUsable(deps, admitted, skipped);
  const fitting = bound(usable.filter(offers(deps, admitted)), admitted);
  const leansOn = new Set(request.accounts);
  const ranked = fitting.map((candidate) => ({
    candidate,
    rank: rankOf(candidate, leansOn),
    draw: drawOf(candidate, deps.random()),
  }));
  ranked.sort((a, b) => a.rank - b.rank || b.draw - a.draw);
  return Object.assign(admitted, { candidates: ranked.map(({ candidate }) => candidate) });
}

/** Whether a candidate's platform can serve this kind of request at all. */
function offers({ platform }: RouteDeps, { request }: Admitted) {
  const known = new Map<string, boolean>();
  return ({ platformId }: Candidate): boolean => {
    let offered = known.get(platformId);
    if (offered === undefined) {
      const declared = platform(platformId);
      offered = declared !== undefined && request.plan(declared) !== null;
      known.set(platformId, offered);
    }
    return offered;
  };
}

/** Of the candidates only those that can see what the request refers to. */
function bound(candidates: Candidate[], { continues, model, request }: Admitted): Candidate[] {
  if (candidates.length === 0) {
    throw new AppError(
      'not_offered',
      `No platform behind "${model.name}" offers this kind of request (${request.operation}). Choose another model.`,
      { param: 'model' },
    );
  }
  const holder = continues?.heldBy?.accountId;
  if (holder !== undefined) {
    const able = candidates.filter(({ accountId }) => accountId === holder);
    if (able.length > 0) return able;
    throw new AppError(
      'bound_elsewhere',
      'The response this continues is kept by an account that cannot serve now. Try again later, or send the conversation whole instead of previous_response_id.',
      { param: 'previous_response_id' },
    );
  }
  const accounts = new Set(candidates.map(({ accountId }) => accountId));
  if (request.fileIds.length > 0 && accounts.size > 1) {
    throw new AppError(
      'bound_elsewhere',
      `The file "${request.fileIds[0]}" lies in the store of one account, and ${accounts.size} accounts may serve "${model.name}". Send the file itself instead of its id.`,
      { param: 'file_id' },
    );
  }
  return candidates;
}

function rankOf(candidate: Candidate, leansOn: ReadonlySet<string>): number {
  const leaned = leansOn.size > 0 && leansOn.has(accountTag(candidate.accountId));
  return (leaned ? -4 : 0) + (candidate.weight === 0 ? 2 : 0) + (candidate.own ? 0 : 1);
}

/** Weighted sampling without replacement: u^(1/w), largest first (Efraimidis and Spirakis, 2006). */
function drawOf(candidate: Candidate, u: number): number {
  const weight = Math.max(candidate.weight, 1) / (1 + candidate.busy);
  return u ** (1 / weight);
}

function nothingUsable(
  deps: RouteDeps,
  { model }: Admitted,
  skipped: readonly Skipped[],
): AppError {
  const returns = Math.min(...skipped.map(({ until }) => until ?? Number.POSITIVE_INFINITY));
  if (returns === Number.POSITIVE_INFINITY) {
    return new AppError(
      'no_account',
      `No account can serve "${model.name}" now. Add or enable one for it in the console.`,
    );
  }
  return new AppError(
    'no_account',
    `Every account for "${model.name}" is resting after errors of its platform. Try again later.`,
    { retryAfterMs: Math.max(0, returns - deps.now()) },
  );
}
