import { compareRounds, median, spreadOf } from '../statistics.ts';
import { type Frames, LATE_MS } from './frames.ts';

export type ConsoleRound = {
  empty: Frames;
  list: Frames;
  /** Ms until the first rows were in sight. */
  firstRows: number;
  rows: number;
  scrolled: number;
};

const ms = (value: number) => `${value.toFixed(1)} ms`;
const percent = (value: number) => `${(value * 100).toFixed(1)} %`;
const times = (value: number) => `${value.toFixed(2)} ×`;

/** The rounds as a table in Markdown; `emptyVault`: ms until the page was there without an account. */
export function consoleReport(
  accounts: number,
  emptyVault: readonly number[],
  rounds: readonly ConsoleRound[],
): string {
  const of = (side: 'empty' | 'list', read: (frames: Frames) => number) =>
    rounds.map((round) => read(round[side]));
  const line = (name: string, read: (frames: Frames) => number, unit: (value: number) => string) =>
    `| ${name} | ${unit(median(of('list', read)))} | ${unit(median(of('empty', read)))} |`;
  const ratio = compareRounds(
    of('list', ({ p95 }) => p95),
    of('empty', ({ p95 }) => p95),
    (ours, theirs) => ours / theirs,
  );
  const first = spreadOf(rounds.map(({ firstRows }) => firstRows));
  return [
    `${accounts} accounts, ${rounds.length} rounds, medians; the other side is an empty page of the same browser.`,
    '',
    '| while it is scrolled | list | empty page |',
    '| --- | ---: | ---: |',
    ...LATE_MS.map((limit, index) =>
      line(`frames longer than ${limit} ms`, ({ late }) => late[index] ?? 0, percent),
    ),
    line('frame time, p95', ({ p95 }) => p95, ms),
    line('longest frame', ({ longest }) => longest, ms),
    '',
    `p95 against the empty page: ${times(ratio.median)} (${times(ratio.min)} to ${times(ratio.max)})`,
    `First rows after ${first.median.toFixed(0)} ms (${first.min.toFixed(0)} to ${first.max.toFixed(0)}), ` +
      `${times(first.median / median(emptyVault))} of the page without an account.`,
    `Rows in the page at the end: ${Math.max(...rounds.map(({ rows }) => rows))} at most; ` +
      `scrolled by ${Math.round(median(rounds.map(({ scrolled }) => scrolled)))} px a round.`,
  ].join('\n');
}
