/**
 * Jain's fairness index: 1 when all shares are equal, 1/n when one has everything.
 * Source: Jain, Chiu and Hawe, "A Quantitative Measure of Fairness" (1984).
 */
export function jain(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return squares === 0 ? 1 : (sum * sum) / (shares.length * squares);
}

/** One request of the simulation. */
export type Told = {
  /** The account that answered; null = it was refused. */
  account: string | null;
  /** Whether some account had room when it was refused. */
  roomElsewhere: boolean;
  /** The account of the turn before, if that could have answered this one; null = none, or it could not. */
  home: string | null;
  /** Time until an account began to answer. */
  ms: number;
};

export type Measures = {
  requests: number;
  /** Shares of all requests. */
  refused: number;
  refusedWithRoom: number;
  /** Share of the turns whose account was well and had room. */
  affinity: number;
  fairness: number;
  p50: number;
  p99: number;
};

/** `shares`: what part of its capacity each account was used for. */
export function measure(told: readonly Told[], shares: readonly number[]): Measures {
  const refused = told.filter(({ account }) => account === null);
  const followed = told.filter(({ home }) => home !== null);
  const kept = followed.filter(({ account, home }) => account === home);
  const waits = told.filter(({ account }) => account !== null).map(({ ms }) => ms);
  waits.sort((a, b) => a - b);
  const at = (part: number) =>
    waits[Math.min(waits.length - 1, Math.floor(waits.length * part))] ?? 0;
  return {
    requests: told.length,
    refused: share(refused.length, told.length),
    refusedWithRoom: share(refused.filter((each) => each.roomElsewhere).length, told.length),
    affinity: share(kept.length, followed.length),
    fairness: jain(shares),
    p50: at(0.5),
    p99: at(0.99),
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
