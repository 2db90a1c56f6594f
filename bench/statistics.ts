/** The value below which the share `p` (0 to 1) of the values lies, interpolated; NaN of none. */
export function percentile(values: ArrayLike<number>, p: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = p * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

export function median(values: ArrayLike<number>): number {
  return percentile(values, 0.5);
}

/** A median with what it was taken from: the smallest and largest round. */
export type Spread = { median: number; min: number; max: number; rounds: number };

/** Values that are not numbers (a round that measured nothing) are left out. */
export function spreadOf(values: readonly number[]): Spread {
  const known = values.filter(Number.isFinite);
  return {
    median: median(known),
    min: Math.min(...known),
    max: Math.max(...known),
    rounds: known.length,
  };
}

/**
 * Compares two targets round by round, so that what slows a round down weighs on both sides alike.
 * Throws when one has more rounds than the other.
 */
export function compareRounds(
  ours: readonly number[],
  theirs: readonly number[],
  by: (ours: number, theirs: number) => number,
): Spread {
  if (ours.length !== theirs.length) throw new Error('Only rounds of the same run compare.');
  return spreadOf(ours.map((value, round) => by(value, theirs[round] ?? Number.NaN)));
}
