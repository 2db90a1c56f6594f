import { startOfNextDay } from '../../infra/zone.ts';

/** Why an account is not simply active. `person`: somebody switched it off. */
export const CAUSES = [
  'burst',
  'quota',
  'server',
  'network',
  'credential',
  'forbidden',
  'person',
] as const;
export type Cause = (typeof CAUSES)[number];

export type StateName = 'active' | 'disabled' | 'expired' | 'cooling' | 'exhausted';

/** Causes that rest an account for longer each time, on a ladder of their own. */
export type LearnedCause = 'burst' | 'server' | 'network' | 'forbidden';
export type Strikes = Readonly<Partial<Record<LearnedCause, number>>>;

/**
 * How an account stands, or one of its models at the platform. Times in epoch milliseconds; `until` is
 * set while it cools or is exhausted, and only then.
 */
export type Standing = {
  state: StateName;
  /** Null exactly when it is active. */
  cause: Cause | null;
  since: number;
  until: number | null;
  /** Rests in a row, by their cause; a success forgets them. */
  strikes: Strikes;
};

/** What happened. `takenAt` is when the request in question was sent. */
export type StateEvent =
  | { kind: 'succeeded'; takenAt: number }
  | {
      kind: 'failed';
      takenAt: number;
      cause: Exclude<Cause, 'person'>;
      /** When the platform says that it can be asked again; null = it does not say. */
      returnsAt: number | null;
    }
  /** The platform says that nothing is left until then. */
  | { kind: 'used-up'; resetAt: number }
  | { kind: 'enabled' }
  | { kind: 'disabled' }
  | { kind: 'rekeyed' };

/** What an account may be asked now. `half-open`: its rest is over, one request finds out whether it is well. */
export type Phase = 'ready' | 'half-open' | 'resting' | 'off';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 86_400_000;

/** The first rest of each cause and the longest; each rest in a row is twice as long as the one before. */
export const LADDERS: Readonly<Record<LearnedCause, { first: number; longest: number }>> = {
  burst: { first: 5 * SECOND, longest: 10 * MINUTE },
  server: { first: 5 * SECOND, longest: 5 * MINUTE },
  network: { first: 2 * SECOND, longest: 2 * MINUTE },
  forbidden: { first: 10 * MINUTE, longest: DAY },
};

/** A platform that asks for more is asked again then; quotas may start anew with the month. */
const LONGEST_ASKED = DAY;
const LONGEST_QUOTA = 35 * DAY;
const SHORTEST_REST = SECOND;
/** What is used up for longer than this is called exhausted, not cooling. */
const LONGEST_COOLING = 10 * MINUTE;
/** An end of a rest that moves by less is no news. */
const NEWS = SECOND;

export function active(since: number): Standing {
  return { state: 'active', cause: null, since, until: null, strikes: {} };
}

/** What may be asked of it at `now`. */
export function phaseOf({ state, until }: Standing, now: number): Phase {
  switch (state) {
    case 'active':
      return 'ready';
    case 'disabled':
    case 'expired':
      return 'off';
    case 'cooling':
    case 'exhausted':
      return until !== null && until > now ? 'resting' : 'half-open';
  }
}

/**
 * The one state machine of accounts: how it stands after `event`, at `now`. Returns `standing` itself
 * when nothing changed. `zone` says when a day ends, for quotas whose reset the platform does not tell.
 */
export function step(standing: Standing, event: StateEvent, now: number, zone: string): Standing {
  switch (event.kind) {
    case 'succeeded':
      return succeeded(standing, event.takenAt, now);
    case 'failed':
      return failed(standing, event, now, zone);
    case 'used-up':
      return usedUp(standing, event.resetAt, now);
    case 'enabled':
      return standing.state === 'active' ? standing : active(now);
    case 'disabled':
      if (standing.state === 'disabled') return standing;
      return { state: 'disabled', cause: 'person', since: now, until: null, strikes: {} };
    case 'rekeyed':
      return standing.state === 'active' || standing.state === 'disabled' ? standing : active(now);
  }
}

/** A request that was running before the trouble began says nothing about it. */
function succeeded(standing: Standing, takenAt: number, now: number): Standing {
  const { state, since } = standing;
  if (state === 'active' || state === 'disabled' || takenAt < since) return standing;
  return active(now);
}

type Failure = Extract<StateEvent, { kind: 'failed' }>;

function failed(standing: Standing, event: Failure, now: number, zone: string): Standing {
  const { state } = standing;
  if (state === 'disabled' || state === 'expired') return standing;
  if (event.cause === 'credential') {
    return { state: 'expired', cause: 'credential', since: now, until: null, strikes: {} };
  }
  // NOTE: fifty requests that were running together when the first one failed are one failure.
  const isEcho = standing.until !== null && event.takenAt < standing.until;
  return isEcho ? echoed(standing, event, now, zone) : rested(standing, event, now, zone);
}

function rested(standing: Standing, event: Failure, now: number, zone: string): Standing {
  const { cause, returnsAt } = event;
  if (cause === 'credential') return standing;
  if (cause === 'quota') {
    const until = asked(returnsAt, now, LONGEST_QUOTA) ?? startOfNextDay(now, zone);
    return { state: 'exhausted', cause, since: now, until, strikes: standing.strikes };
  }
  const strikes = Math.min((standing.strikes[cause] ?? 0) + 1, 30);
  const { first, longest } = LADDERS[cause];
  const learned = now + Math.min(first * 2 ** (strikes - 1), longest);
  return {
    state: 'cooling',
    cause,
    since: now,
    until: asked(returnsAt, now, LONGEST_ASKED) ?? learned,
    strikes: { ...standing.strikes, [cause]: strikes },
  };
}

/** Of a failure that came while it rested already only a later return is news, and a used-up quota. */
function echoed(standing: Standing, event: Failure, now: number, zone: string): Standing {
  const longest = event.cause === 'quota' ? LONGEST_QUOTA : LONGEST_ASKED;
  const learned = event.cause === 'quota' ? startOfNextDay(now, zone) : null;
  const returns = asked(event.returnsAt, now, longest) ?? learned;
  const until = standing.until ?? now;
  const isWorse = event.cause === 'quota' && standing.state === 'cooling';
  if (isWorse) {
    const later = Math.max(until, returns ?? until);
    return { ...standing, state: 'exhausted', cause: 'quota', since: now, until: later };
  }
  return returns !== null && returns >= until + NEWS ? { ...standing, until: returns } : standing;
}

function usedUp(standing: Standing, resetAt: number, now: number): Standing {
  const { state, until } = standing;
  if (state === 'disabled' || state === 'expired') return standing;
  const reset = Math.min(resetAt, now + LONGEST_QUOTA);
  if (reset < now + SHORTEST_REST || (until !== null && reset < until + NEWS)) return standing;
  const isShort = reset - now <= LONGEST_COOLING;
  if (isShort && state === 'exhausted') return { ...standing, until: reset };
  return {
    state: isShort ? 'cooling' : 'exhausted',
    cause: isShort ? 'burst' : 'quota',
    since: now,
    until: reset,
    strikes: standing.strikes,
  };
}

/** When a platform wants to be asked again, within reason. */
function asked(at: number | null, now: number, longest: number): number | null {
  if (at === null) return null;
  return Math.min(Math.max(at, now + SHORTEST_REST), now + longest);
}
