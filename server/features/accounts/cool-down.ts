/** How an account has fared in this process. Times in epoch milliseconds. */
export type Fitness = {
  busy: number;
  coolingSince: number;
  coolingUntil: number;
  /** Failures in a row; each doubles the next rest. */
  strikes: number;
};

const FIRST_REST_MS = 5_000;
const LONGEST_REST_MS = 300_000;
/** A platform that asks for more than a day is asked again after one. */
const LONGEST_ASKED_MS = 86_400_000;

export function fresh(): Fitness {
  return { busy: 0, coolingSince: 0, coolingUntil: 0, strikes: 0 };
}

export function isCooling(fitness: Fitness, now: number): boolean {
  return fitness.coolingUntil > now;
}

/**
 * Rests an account: as long as the platform asked for, else 5 s, doubled with every failure in a row up
 * to 5 minutes. `takenAt` is when the failed request began: requests that were already running when
 * the rest began say nothing new, so fifty failures at once are one strike.
 */
export function cool(fitness: Fitness, now: number, takenAt: number, askedMs: number | null): void {
  const isNews = takenAt >= fitness.coolingUntil || fitness.strikes === 0;
  if (isNews) fitness.strikes += 1;
  if (!isNews && askedMs === null) return;
  const rest = FIRST_REST_MS * 2 ** Math.min(fitness.strikes - 1, 10);
  const until = now + Math.min(askedMs ?? Math.min(rest, LONGEST_REST_MS), LONGEST_ASKED_MS);
  fitness.coolingSince = now;
  fitness.coolingUntil = Math.max(fitness.coolingUntil, until);
}

/** A success: the next failure rests it shortly again. Requests taken before the rest began do not count. */
export function warm(fitness: Fitness, takenAt: number): void {
  if (takenAt < fitness.coolingSince) return;
  fitness.strikes = 0;
  fitness.coolingUntil = 0;
}
