import { percentile } from '../statistics.ts';

/** Ms between two frames that a person sees as late: one missed at 60 Hz, at 30 Hz, and a jerk. */
export const LATE_MS = [16.7, 33, 50] as const;
/** Clocks of browsers are coarse: what is a tenth over 16.7 ms is on time. */
const TOLERANCE_MS = 0.2;

export type Frames = {
  count: number;
  /** Ms. */
  p95: number;
  longest: number;
  /** Of all frames, how many took longer than each of LATE_MS; 0 to 1. */
  late: readonly number[];
};

/** What the moments (ms) at which frames were drawn say. Throws when there are fewer than two. */
export function framesOf(moments: readonly number[]): Frames {
  const gaps = moments.slice(1).map((at, index) => at - (moments[index] ?? at));
  if (gaps.length === 0) throw new Error('No frame was drawn.');
  return {
    count: gaps.length,
    p95: percentile(gaps, 0.95),
    longest: Math.max(...gaps),
    late: LATE_MS.map((ms) => gaps.filter((gap) => gap > ms + TOLERANCE_MS).length / gaps.length),
  };
}
