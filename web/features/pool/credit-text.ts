import { formatNumber } from '../../lib/format.ts';

/** Micro-credits as credits: two decimals, more where that would read as nothing. */
export function formatCredits(micros: number): string {
  const credits = micros / 1_000_000;
  if (micros !== 0 && Math.abs(credits) < 0.01) return String(Number(credits.toPrecision(2)));
  return formatNumber(credits);
}

/** Yellow when less than 30 % is left, red from 10 % down; 0 of 0 counts as empty. */
export function creditTone(quota: number, max: number) {
  const share = max === 0 ? 0 : Math.min(1, quota / max);
  if (share <= 0.1) return { share, colour: 'red' };
  return { share, colour: share < 0.3 ? 'yellow' : 'petrol' };
}
