/** How many durations fell into each bucket of the migration's usage_mark(). */
export type Histogram = ReadonlyMap<number, number>;

const PER_DOUBLING = 8;
/** Digits that a bucket has in the sum of marks. */
const DIGITS = 12;

/** Reads a sum of marks: a number of twelve digits for each bucket, the lowest at the end; null = none. */
export function histogramOf(sum: string | null): Histogram {
  const histogram = new Map<number, number>();
  const digits = sum ?? '';
  for (let end = digits.length, bucket = 0; end > 0; end -= DIGITS, bucket += 1) {
    const count = Number(digits.slice(Math.max(0, end - DIGITS), end));
    if (count > 0) histogram.set(bucket, count);
  }
  return histogram;
}

/**
 * The duration (ms) below which the share `p` (0 to 1) lies, or null of none. A bucket stands for its
 * middle: less than 5 % beside the true one.
 */
export function percentile(histogram: Histogram, p: number): number | null {
  const buckets = [...histogram].sort(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  let rank = Math.max(1, Math.ceil(p * total));
  for (const [bucket, count] of buckets) {
    rank -= count;
    if (rank <= 0) return middleOf(bucket);
  }
  return null;
}

function middleOf(bucket: number): number {
  return bucket === 0 ? 0 : Math.round(2 ** ((bucket - 0.5) / PER_DOUBLING));
}
