import { AppError, toAppError } from '#shared/errors.ts';
import type { CallPlatform, Platform } from '../../platforms/platform.ts';
import type { Answer, Called, Routed } from '../exchange.ts';
import type { AccountPool, Candidate, Outcome, Target } from '../ports.ts';
import type { Prepared } from '../request.ts';
import { holdPlace, leavePlace, type PlaceDeps } from './place.ts';
import { readHere, readOutcome } from './read-outcome.ts';

export const MOST_ATTEMPTS = 3;
const DROPPED = 'x-gatehouse-dropped';
const MOST_NAMES = 50;

export type CallDeps = PlaceDeps & {
  pool: AccountPool;
  platform: (id: string) => Platform | undefined;
  callPlatform: CallPlatform;
  timeoutMs: number;
};

/**
 * Calls accounts in order until one begins to answer, at most three times, always before the
 * client has seen anything of an answer. An account that cannot take the request as it is (another
 * protocol, someone else's seal) is passed over. Throws the last failure, or the abort's reason.
 */
export async function call(deps: CallDeps, routed: Routed): Promise<Called> {
  if (routed.request.stream) routed.reply.keepAlive(routed.request.framing);
  const errors: Errors = {};
  for (const candidate of routed.candidates) {
    if (routed.facts.attempts === MOST_ATTEMPTS) break;
    throwIfAborted(routed);
    const target = await takeWithinLimits(deps, routed, candidate, errors);
    if (!target) continue;
    const tried = await tryAccount(deps, routed, target);
    if ('answer' in tried) return Object.assign(routed, { target, answer: tried.answer });
    leavePlace(deps, routed);
    deps.pool.finish(target, tried.outcome);
    if (tried.error.code === 'internal') throw tried.error;
    if (tried.attempted) errors.failed = tried.error;
    else errors.unfit ??= tried.error;
  }
  throwIfAborted(routed);
  throw (
    errors.failed ??
    errors.unfit ??
    errors.full ??
    new AppError('no_account', 'No account was left to try. Try again later.')
  );
}

/** Why accounts did not answer: the first that matters is told. */
type Errors = { failed?: AppError; unfit?: AppError; full?: AppError };

/** Null when the account is gone, or its limits have no room: then the next one is tried. */
async function takeWithinLimits(
  deps: CallDeps,
  routed: Routed,
  candidate: Candidate,
  errors: Errors,
): Promise<Target | null> {
  const full = await holdPlace(deps, routed, candidate);
  if (full) {
    errors.full ??= full;
    return null;
  }
  const target = await takeUnlessGone(deps.pool, candidate);
  if (!target) leavePlace(deps, routed);
  return target;
}

function throwIfAborted({ signal }: Routed): void {
  if (signal.aborted) throw toAppError(signal.reason);
}

async function tryAccount(
  deps: CallDeps,
  routed: Routed,
  target: Target,
): Promise<{ answer: Answer } | (Failure & { attempted: boolean })> {
  const prepared = prepare(deps, routed, target);
  if (prepared instanceof AppError) {
    return { outcome: { kind: 'neutral' }, error: prepared, attempted: false };
  }
  routed.facts.attempts += 1;
  Object.assign(routed, { target });
  if (prepared.dropped.length > 0) routed.reply.header(DROPPED, nameList(prepared.dropped));
  const result = await attempt(deps, routed, target, prepared);
  return 'answer' in result ? result : { ...result, attempted: true };
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

/** Null when the account vanished since it was chosen: no attempt was made then, so it counts as none. */
async function takeUnlessGone(pool: AccountPool, candidate: Candidate): Promise<Target | null> {
  try {
    return await pool.take(candidate);
  } catch (thrown) {
    if (toAppError(thrown).code === 'no_account') return null;
    throw thrown;
  }
}

/** An attempt that another account may make good. */
type Failure = { outcome: Outcome; error: AppError };

async function attempt(
  deps: CallDeps,
  { request, signal }: Routed,
  target: Target,
  prepared: Prepared,
): Promise<{ answer: Answer } | Failure> {
  const { passage, answerHere, ...way } = prepared;
  const asking = { passage, stream: request.stream, secret: target.secret };
  try {
    if (answerHere) return readHere(asking, await answerHere());
    const upstream = await deps.callPlatform({
      ...way,
      method: 'POST',
      secret: target.secret,
      options: target.options,
      signal,
      timeoutMs: deps.timeoutMs,
    });
    return await readOutcome(asking, upstream);
  } catch (thrown) {
    if (signal.aborted) return { outcome: { kind: 'neutral' }, error: toAppError(signal.reason) };
    const error = toAppError(thrown);
    const ours = error.code === 'internal';
    return {
      outcome: ours ? { kind: 'neutral' } : { kind: 'failed', message: error.message },
      error,
    };
  }
}
