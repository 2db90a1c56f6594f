import { AppError } from '#shared/errors.ts';
import type { Admitted, Routed } from '../exchange.ts';
import type { AccountPool, Candidate } from '../ports.ts';

export type RouteDeps = { pool: AccountPool; random: () => number; now: () => number };

/**
 * Orders the accounts that may serve the request: own before lent, then a draw weighted by the
 * route's share and by how little each is doing, so that no account is overrun and equal servers do
 * not all pick the same one. Routes of weight 0 come last. Throws AppError no_account.
 */
export function route(deps: RouteDeps, admitted: Admitted): Routed {
  const { model, principal } = admitted;
  const usable = deps.pool.candidates(model.routes, principal);
  if (usable.length === 0) throw nothingUsable(deps, admitted);
  const ranked = usable.map((candidate) => ({
    candidate,
    rank: rankOf(candidate),
    draw: drawOf(candidate, deps.random()),
  }));
  ranked.sort((a, b) => a.rank - b.rank || b.draw - a.draw);
  return Object.assign(admitted, { candidates: ranked.map(({ candidate }) => candidate) });
}

function rankOf(candidate: Candidate): number {
  return (candidate.weight === 0 ? 2 : 0) + (candidate.own ? 0 : 1);
}

/** Weighted sampling without replacement: u^(1/w), largest first (Efraimidis and Spirakis, 2006). */
function drawOf(candidate: Candidate, u: number): number {
  const weight = Math.max(candidate.weight, 1) / (1 + candidate.busy);
  return u ** (1 / weight);
}

function nothingUsable(deps: RouteDeps, { model, principal }: Admitted): AppError {
  const returns = deps.pool.nextReturn(model.routes, principal);
  if (returns === null) {
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
