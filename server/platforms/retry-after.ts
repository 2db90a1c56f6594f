import type { UpstreamAnswer } from './platform.ts';

/** Longer waits mean "not today" as well, and a clock or a header may not hold them. */
const LONGEST_MS = 86_400_000;

/**
 * How long a platform asks to be left alone, in milliseconds, at most a day; null when it does not
 * say so in seconds, as every platform does.
 */
export function readRetryAfter(headers: UpstreamAnswer['headers']): number | null {
  const header = headers['retry-after'];
  if (typeof header !== 'string' || !/^\d{1,15}(\.\d{1,9})?$/.test(header)) return null;
  return Math.min(Math.round(Number(header) * 1000), LONGEST_MS);
}
