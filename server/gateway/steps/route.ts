import { AppError } from '#shared/errors.ts';
import type { Admitted, Recalled, Routed, Taken } from '../exchange.ts';
import type { Skipped } from '../ports.ts';
import type { StoredId } from '../protocols/stored-ids.ts';
import {
  type Looked,
  look,
  noteLook,
  type TakeDeps,
  takeBest,
  wishOf,
} from '../selection/take-account.ts';
import type { Waiting } from '../selection/waiting.ts';
import { refusedByCredit } from './lent.ts';

export type RouteDeps = TakeDeps & { now: () => number; waiting: Waiting };

/**
 * Takes the account that is to serve the request; selection/choose.ts has the order. When all that fit
 * have all they can do, or return from a rest in a moment, the request waits its turn. Throws AppError
 * no_account, not_offered, bound_elsewhere, rate_limited when it waited in vain, or the abort's reason.
 */
export async function route(deps: RouteDeps, recalled: Recalled): Promise<Routed> {
  const wish = wishOf(deps, recalled);
  const deadline = deps.now() + deps.waiting.limits.ms;
  const { got, waited } = await deps.waiting.serve<Taken>({
    person: recalled.principal.userId,
    model: recalled.model.name,
    bytes: recalled.call.body.length,
    signal: recalled.signal,
    attempt() {
      const looked = look(deps, recalled, wish);
      noteLook(recalled, looked);
      refuseHopeless(deps, recalled, looked, deadline);
      return takeBest(deps, recalled, { wish, looked });
    },
  });
  recalled.facts.trace.waited = waited;
  return Object.assign(recalled, { wish, first: got });
}

/** Throws unless an account has room, or may have some before the deadline. */
function refuseHopeless(
  deps: RouteDeps,
  recalled: Recalled,
  { considered, fitting, offering }: Looked,
  deadline: number,
): void {
  if (considered.candidates.length === 0) {
    const now = deps.now();
    const soonest = Math.min(...considered.skipped.map((account) => returnOf(account, now)));
    if (soonest > deadline || deadline <= now) {
      const unpaid = refusedByCredit(deps, recalled, considered);
      throw unpaid ?? nothingUsable(recalled, soonest, now);
    }
    return;
  }
  if (offering.length === 0) throw notOffered(recalled);
  if (fitting.length === 0) throw holderAway();
  const [stored] = recalled.request.storedIds;
  const accounts = new Set(fitting.map(({ accountId }) => accountId));
  if (stored && accounts.size > 1) throw scattered(recalled, stored, accounts.size);
}

/** When it may be asked again; at any moment while another request finds out whether it is well. */
function returnOf({ reason, until }: Skipped, now: number): number {
  const isTried = until === null && (reason === 'cooling' || reason === 'exhausted');
  return until ?? (isTried ? now : Number.POSITIVE_INFINITY);
}

function nothingUsable({ model }: Admitted, returns: number, now: number): AppError {
  if (returns === Number.POSITIVE_INFINITY) {
    return new AppError(
      'no_account',
      `No account can serve "${model.name}" now. Add or enable one for it in the console.`,
    );
  }
  return new AppError(
    'no_account',
    `Every account for "${model.name}" is resting after errors of its platform. Try again later.`,
    { retryAfterMs: Math.max(0, returns - now) },
  );
}

function notOffered({ model, request }: Admitted): AppError {
  return new AppError(
    'not_offered',
    `No platform behind "${model.name}" offers this kind of request (${request.operation}). Choose another model.`,
    { param: 'model' },
  );
}

function holderAway(): AppError {
  return new AppError(
    'bound_elsewhere',
    'The response this continues is kept by an account that cannot serve now. Try again later, or send the conversation whole instead of previous_response_id.',
    { param: 'previous_response_id' },
  );
}

function scattered({ model }: Admitted, { id, param }: StoredId, accounts: number): AppError {
  return new AppError(
    'bound_elsewhere',
    `"${id.slice(0, 200)}" lies in the store of one account (a file, a conversation, a prompt or the like), and ${accounts} accounts may serve "${model.name}". Send its content instead of its id.`,
    { param },
  );
}
