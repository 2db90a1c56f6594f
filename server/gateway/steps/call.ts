import { AppError, toAppError } from '#shared/errors.ts';
import type { CallPlatform, Platform } from '../../platforms/platform.ts';
import type { Answer, Called, Routed } from '../exchange.ts';
import type { AccountPool, Candidate, Outcome, Target } from '../ports.ts';
import { readOutcome } from './read-outcome.ts';

export const MOST_ATTEMPTS = 3;

export type CallDeps = {
  pool: AccountPool;
  platform: (id: string) => Platform | undefined;
  callPlatform: CallPlatform;
  timeoutMs: number;
};

/**
 * Calls accounts in order until one begins to answer, at most three times, always before the
 * client has seen anything of an answer. Throws the last failure, or the abort's reason.
 */
export async function call(deps: CallDeps, routed: Routed): Promise<Called> {
  if (routed.request.stream) routed.reply.keepAlive();
  let last: Failure | null = null;
  for (const candidate of routed.candidates) {
    if (routed.facts.attempts === MOST_ATTEMPTS) break;
    if (routed.signal.aborted) throw toAppError(routed.signal.reason);
    const target = await takeUnlessGone(deps.pool, candidate);
    if (!target) continue;
    routed.facts.attempts += 1;
    const called = Object.assign(routed, { target });
    const result = await attempt(deps, called, target);
    if ('answer' in result) return Object.assign(called, result);
    deps.pool.finish(target, result.outcome);
    if (result.error.code === 'internal') throw result.error;
    last = result;
  }
  if (routed.signal.aborted) throw toAppError(routed.signal.reason);
  throw last?.error ?? new AppError('no_account', 'No account was left to try. Try again later.');
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
  routed: Routed,
  target: Target,
): Promise<{ answer: Answer } | Failure> {
  const { protocol, request, signal } = routed;
  try {
    const platform = deps.platform(target.platformId);
    if (!platform) throw new AppError('no_account', 'The platform of this model was removed.');
    const upstream = await deps.callPlatform({
      baseUrl: platform.baseUrl,
      path: protocol.path,
      method: 'POST',
      secret: target.secret,
      body: request.forward(target.upstreamModel),
      options: target.options,
      signal,
      timeoutMs: deps.timeoutMs,
    });
    const { stream } = request;
    return await readOutcome({ protocol, stream, secret: target.secret }, upstream);
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
