import { AppError, toAppError } from '#shared/errors.ts';
import type { CallPlatform } from '../../platforms/platform.ts';
import { readLimits } from '../../platforms/reported-limits.ts';
import type { Answer, Called, Routed, Taken } from '../exchange.ts';
import type { Outcome, Target } from '../ports.ts';
import type { Prepared } from '../request.ts';
import { attemptName, type Tried } from '../selection/choose.ts';
import { look, type TakeDeps, takeBest } from '../selection/take-account.ts';
import { holdCredit } from './lent.ts';
import { holdPlace, leavePlace, type PlaceDeps } from './place.ts';
import { readHere, readOutcome } from './read-outcome.ts';

/**
 * Attempts that may fail, and attempts in all: that an account's limit is reached a platform says at
 * once, and another account may have all of its own left.
 */
const MOST_FAILURES = 3;
const MOST_ATTEMPTS = 10;
const DROPPED = 'x-gatehouse-dropped';
const MOST_NAMES = 50;

export type CallDeps = PlaceDeps &
  TakeDeps & { callPlatform: CallPlatform; timeoutMs: number; now: () => number };

/**
 * Calls the account that was taken, and others after it until one begins to answer: at most three that
 * fail, and always before the client has seen anything of an answer. An account that cannot take the
 * request as it is (another protocol, someone else's seal) is passed over. Throws the last failure, or
 * the abort's reason.
 */
export async function call(deps: CallDeps, routed: Routed): Promise<Called> {
  if (routed.request.stream) routed.reply.keepAlive(routed.request.framing);
  const errors: Errors = { failures: 0 };
  const tried: Tried = { accounts: new Set(), platforms: new Set() };
  let taken: Taken | null = routed.first;
  while (taken) {
    tried.accounts.add(attemptName(taken.candidate));
    const target = await targetWithinLimits(deps, routed, taken, errors);
    if (target) {
      const result = await tryAccount(deps, routed, target);
      if ('answer' in result) return Object.assign(routed, { target, answer: result.answer });
      leavePlace(deps, routed);
      deps.pool.finish(target, result.outcome);
      note(errors, tried, target, result);
    }
    throwIfAborted(routed);
    taken = mayGoOn(routed, errors) ? another(deps, routed, tried) : null;
  }
  throw (
    errors.failed ??
    errors.unfit ??
    errors.full ??
    new AppError('no_account', 'No account was left to try. Try again later.')
  );
}

/** Why accounts did not answer: the first that matters is told. */
type Errors = { failures: number; failed?: AppError; unfit?: AppError; full?: AppError };

/** Throws what is our own fault: no other account would fare better. */
function note(errors: Errors, tried: Tried, { platformId }: Target, result: Attempted): void {
  const { attempted, error, outcome } = result;
  if (error.code === 'internal') throw error;
  if (!attempted) {
    errors.unfit ??= error;
    return;
  }
  errors.failed = error;
  if (outcome.kind !== 'rate_limited') errors.failures += 1;
  if (outcome.kind === 'failed') tried.platforms.add(platformId);
}

function mayGoOn({ facts }: Routed, { failures }: Errors): boolean {
  return failures < MOST_FAILURES && facts.attempts < MOST_ATTEMPTS;
}

/** The best of those that were not tried and have room now. */
function another(deps: CallDeps, routed: Routed, tried: Tried): Taken | null {
  return takeBest(deps, routed, {
    wish: routed.wish,
    looked: look(deps, routed, routed.wish),
    tried,
  });
}

/** Null when the account is gone, or its limits have no room: then the next one is tried. */
async function targetWithinLimits(
  deps: CallDeps,
  routed: Routed,
  { candidate, target: taking }: Taken,
  errors: Errors,
): Promise<Target | null> {
  const target = await taking;
  if (!target) return null;
  let keeps = false;
  try {
    throwIfAborted(routed);
    const full =
      (await holdPlace(deps, routed, candidate)) ?? (await holdCredit(deps, routed, candidate));
    if (full) errors.full ??= full;
    keeps = full === null;
  } finally {
    if (!keeps) {
      leavePlace(deps, routed);
      deps.pool.finish(target, { kind: 'neutral' });
    }
  }
  return keeps ? target : null;
}

function throwIfAborted({ signal }: Routed): void {
  if (signal.aborted) throw toAppError(signal.reason);
}

async function tryAccount(
  deps: CallDeps,
  routed: Routed,
  target: Target,
): Promise<{ answer: Answer } | Attempted> {
  const { facts, reply } = routed;
  const { accountId, platformId, upstreamModel } = target;
  const prepared = prepare(deps, routed, target);
  if (prepared instanceof AppError) {
    facts.trace.skipped.push({ accountId, platformId, reason: 'unfit', until: null });
    return { outcome: { kind: 'neutral' }, error: prepared, attempted: false };
  }
  facts.attempts += 1;
  facts.trace.dropped = [...new Set(prepared.dropped)].slice(0, MOST_NAMES);
  Object.assign(routed, { target });
  if (prepared.dropped.length > 0) reply.header(DROPPED, nameList(prepared.dropped));
  const asked = async () => {
    const startedAt = deps.now();
    const result = await attempt(deps, routed, target, prepared);
    const ms = Math.max(0, deps.now() - startedAt);
    const where = { accountId, platformId, upstreamModel };
    facts.trace.attempts.push({ ...where, startedAt, ms, ...toldOf(result) });
    return result;
  };
  let result = await asked();
  // An access token may end at any time: once, the account gets a new one and is asked again.
  if (wasUnauthorised(result) && !routed.signal.aborted && (await deps.pool.renew?.(target))) {
    facts.attempts += 1;
    result = await asked();
  }
  return 'answer' in result ? result : { ...result, attempted: true };
}

function wasUnauthorised(result: { answer: Answer } | Failure): boolean {
  return !('answer' in result) && result.outcome.kind === 'unauthorised';
}

/** What an attempt came to, for the trace; messages of platforms are masked already. */
function toldOf(result: { answer: Answer } | Failure) {
  if (!('answer' in result)) return { outcome: result.outcome.kind, message: result.error.message };
  const { answer } = result;
  return answer.kind === 'refused'
    ? { outcome: 'refused', message: answer.error.message }
    : { outcome: 'ok', message: null };
}

/** The call for this account, or why it cannot take the request as it is. */
function prepare(deps: CallDeps, routed: Routed, target: Target): Prepared | AppError {
  try {
    const platform = deps.platform(target.platformId);
    const plan = platform && routed.request.plan(platform);
    if (!plan) return new AppError('no_account', 'The platform of this model was removed.');
    return plan(target, routed);
  } catch (thrown) {
    return toAppError(thrown);
  }
}

/** What did not reach the platform. Names come from the request: only plain characters pass. */
function nameList(names: readonly string[]): string {
  const plain = [...new Set(names)].map((name) =>
    name.replaceAll(/[^\w.\-[\]]/g, '?').slice(0, 80),
  );
  return plain.slice(0, MOST_NAMES).join(', ');
}

/** An attempt that another account may make good. */
type Failure = { outcome: Outcome; error: AppError };
/** `attempted` is false when the account could not take the request as it is. */
type Attempted = Failure & { attempted: boolean };

async function attempt(
  deps: CallDeps,
  { request, signal }: Routed,
  target: Target,
  prepared: Prepared,
): Promise<{ answer: Answer } | Failure> {
  const { passage, answerHere, ...way } = prepared;
  const asking = {
    passage,
    stream: request.stream,
    secret: target.secret,
    platform: deps.platform(target.platformId),
    now: deps.now,
  };
  try {
    if (answerHere) return readHere(asking, await answerHere());
    const upstream = await deps.callPlatform({
      ...way,
      method: 'POST',
      secret: target.secret,
      options: target.options,
      proxyId: target.proxyId ?? null,
      signal,
      timeoutMs: deps.timeoutMs,
    });
    const result = await readOutcome(asking, upstream);
    if ('answer' in result && result.answer.kind !== 'refused') {
      deps.pool.answering(target, readLimits(upstream.headers, deps.now()));
    }
    return result;
  } catch (thrown) {
    if (signal.aborted) return { outcome: { kind: 'neutral' }, error: toAppError(signal.reason) };
    const error = toAppError(thrown);
    const ours = error.code === 'internal';
    return {
      outcome: ours
        ? { kind: 'neutral' }
        : { kind: 'failed', cause: 'network', message: error.message, returnsAt: null },
      error,
    };
  }
}
