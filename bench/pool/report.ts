import type { Measures } from './measures.ts';

/** What a day must reach: shares of 0 to 1. */
const BARS = { refusedWithRoom: 0, affinity: 0.95, fairness: 0.95 };

type Day = { way: string; seed: number; measures: Measures };

export function reached({ affinity, fairness, refusedWithRoom }: Measures): boolean {
  return (
    refusedWithRoom <= BARS.refusedWithRoom &&
    affinity >= BARS.affinity &&
    fairness >= BARS.fairness
  );
}

/** One row a day, in Markdown. */
export function poolReport(days: readonly Day[]): string {
  const rows = days.map(({ way, seed, measures: it }) =>
    [
      way === 'Gatehouse' ? `**${way}**` : way,
      seed,
      it.requests.toLocaleString('en'),
      percent(it.refusedWithRoom, 3),
      percent(it.affinity, 1),
      it.fairness.toFixed(3),
      `${it.p50.toFixed(0)} / ${it.p99.toFixed(0)}`,
    ].join(' | '),
  );
  return [
    '#### The pool: 30 accounts, 20 people, 24 simulated hours',
    '',
    '| accounts are chosen by | seed | requests | refused while one had room | turns kept with their well account | fairness (Jain) | ms until one answers, p50 / p99 |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows.map((row) => `| ${row} |`),
    '',
    `Bars: ${percent(BARS.refusedWithRoom, 0)}, ≥ ${percent(BARS.affinity, 0)}, ≥ ${BARS.fairness}.`,
  ].join('\n');
}

function percent(share: number, digits: number): string {
  return `${(share * 100).toFixed(digits)} %`;
}
