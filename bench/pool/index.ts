import type { Measures } from './measures.ts';
import { poolReport, reached } from './report.ts';
import { anyAccount, gatehouse, roundRobin } from './selectors.ts';
import { simulate } from './simulate.ts';

const SEEDS = [1, 2, 3];
const WAYS = { Gatehouse: gatehouse, 'round robin': roundRobin, random: anyAccount };

/** A simulated day of the pool for each way to choose accounts; `complete` = every bar is reached. */
export async function benchPool(): Promise<{ report: string; complete: boolean }> {
  const days: { way: string; seed: number; measures: Measures }[] = [];
  for (const seed of SEEDS) {
    for (const [way, selector] of Object.entries(WAYS)) {
      days.push({ way, seed, measures: await simulate(seed, selector) });
    }
  }
  const ours = days.filter(({ way }) => way === 'Gatehouse');
  return { report: poolReport(days), complete: ours.every(({ measures }) => reached(measures)) };
}
