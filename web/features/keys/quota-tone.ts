/** How near a limit is: calm, from 70 % near, from 90 % close; over 1 counts as 1. */
export function quotaTone(used: number, limit: number): { share: number; tone: QuotaTone } {
  const share = limit <= 0 ? 1 : Math.min(1, used / limit);
  return { share, tone: share >= 0.9 ? 'close' : share >= 0.7 ? 'near' : 'calm' };
}
export type QuotaTone = 'calm' | 'near' | 'close';
