import type { Measured } from './load/jobs.ts';
import type { Cost, costsOf } from './profile.ts';
import type { Result, TargetName } from './run.ts';
import type { ScenarioName } from './scenarios.ts';
import { compareRounds, median, type Spread, spreadOf } from './statistics.ts';

const TITLES: Record<TargetName, string> = {
  direct: 'direct to the upstream',
  piped: 'bare proxy, bodies piped',
  dispatch: 'bare proxy, undici dispatch',
  gateway: '**Gatehouse, everything on**',
  portkey: 'Portkey gateway (no key check, no records)',
};

const cpuPerCount = ({ cpuUs, count }: Measured) => cpuUs / count;
const perSecond = ({ count, seconds }: Measured) => count / seconds;

/** A number in about three digits, with thousands parted; a dash for none. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** Lines of a Markdown table; the first column is text, the others are figures. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(head),
    line(head.map((_, at) => (at === 0 ? '---' : '---:'))),
    ...rows.map(line),
  ].join('\n');
}

/** Medians over the rounds of one scenario, a row for each target. */
export function scenarioTable({ scenario, rounds }: Result): string {
  const streams = scenario.load.kind === 'streams';
  const unit = streams ? 'chunk' : 'request';
  const head = [
    'target',
    `${unit}s/s`,
    `CPU µs/${unit}`,
    streams ? 'chunk delay p50 / p99 ms' : 'p50 / p99 ms',
    ...(streams ? ['first chunk p50 ms', 'delivered'] : []),
    'RSS MB',
    streams ? 'errors, short' : 'errors',
  ];
  const ran = Object.entries(rounds).filter(([, all]) => all.length > 0);
  const rows = ran.map(([name, all]) => {
    const of = (pick: (measured: Measured) => number) => figure(median(all.map(pick)));
    const sum = (pick: (measured: Measured) => number) =>
      all.map(pick).reduce((total, each) => total + each, 0);
    return [
      TITLES[name as TargetName],
      of(perSecond),
      of(cpuPerCount),
      `${of((m) => m.latency.p50Ms)} / ${of((m) => m.latency.p99Ms)}`,
      ...(streams
        ? [
            of((m) => m.firstChunk?.p50Ms ?? Number.NaN),
            `${of((m) => (m.delivered ?? Number.NaN) * 100)} %`,
          ]
        : []),
      of((m) => m.rssMb),
      String(sum(({ errors }) => errors)) + (streams ? `, ${sum(({ short }) => short)}` : ''),
    ];
  });
  return `### ${scenario.title}\n\n${table(head, rows)}\n\n${databaseLine({ scenario, rounds })}`;
}

/** What the gateway's database used beside it, in words. */
function databaseLine({ scenario, rounds }: Result): string {
  const us = median(rounds.gateway.map(({ childrenCpuUs, count }) => childrenCpuUs / count));
  const unit = scenario.load.kind === 'streams' ? 'chunk' : 'request';
  return `Gatehouse's database, a process of its own: ${figure(us)} µs of CPU per ${unit}.`;
}

/** One of the bars of the design, and how a run is held against it. */
type Bar = {
  figure: string;
  bar: string;
  scenario: ScenarioName;
  measure: (rounds: Result['rounds']) => Spread;
  reached: (value: number) => boolean;
  unit: string;
  /** Only held where this target took part. */
  beside?: TargetName;
};

const ratio = (ours: number, theirs: number) => ours / theirs;
const added = (ours: number, theirs: number) => ours - theirs;
const first = (measured: Measured) => measured.firstChunk?.p50Ms ?? Number.NaN;

/** Compares the gateway with another target by one figure, in the same rounds. */
function against(
  other: TargetName,
  pick: (measured: Measured) => number,
  by: (ours: number, theirs: number) => number,
) {
  return (rounds: Result['rounds']) =>
    compareRounds(rounds.gateway.map(pick), rounds[other].map(pick), by);
}

const cpuBar = (name: string, scenario: ScenarioName, most: number): Bar => ({
  figure: name,
  bar: `≤ ${most}`,
  scenario,
  measure: against('piped', cpuPerCount, ratio),
  reached: (value) => value <= most,
  unit: '×',
});
const deliveredBar = (name: string, scenario: ScenarioName): Bar => ({
  figure: name,
  bar: '≥ 95',
  scenario,
  measure: ({ gateway }) => spreadOf(gateway.map(({ delivered }) => (delivered ?? 0) * 100)),
  reached: (value) => value >= 95,
  unit: '%',
});
const addedBar = (
  name: string,
  scenario: ScenarioName,
  most: number,
  pick: (measured: Measured) => number,
): Bar => ({
  figure: name,
  bar: `≤ ${most}`,
  scenario,
  measure: against('direct', pick, added),
  reached: (value) => value <= most,
  unit: 'ms',
});

const BARS: readonly Bar[] = [
  cpuBar('CPU per request against the bare piped proxy', 'small', 1.15),
  {
    figure: 'requests/s against bare dispatch',
    bar: '≥ 0.65',
    scenario: 'small',
    measure: against('dispatch', perSecond, ratio),
    reached: (value) => value >= 0.65,
    unit: '×',
  },
  {
    figure: 'requests/s against the Portkey gateway',
    bar: '≥ 15',
    scenario: 'small',
    beside: 'portkey',
    measure: against('portkey', perSecond, ratio),
    reached: (value) => value >= 15,
    unit: '×',
  },
  cpuBar('200 kB request: CPU against the bare piped proxy', 'large', 1.3),
  addedBar('first chunk of 100 streams: added p50', 'streams', 1.5, first),
  cpuBar('100 streams: CPU per chunk against the bare piped proxy', 'streams', 1.15),
  deliveredBar('500 streams of 50 chunks/s: delivered', 'many-streams'),
  cpuBar('500 streams: CPU per chunk against the bare piped proxy', 'many-streams', 1.15),
  addedBar('open loop, 1,000/s: added p50', 'open', 0.6, ({ latency }) => latency.p50Ms),
  addedBar('open loop, 1,000/s: added p99', 'open', 10, ({ latency }) => latency.p99Ms),
  deliveredBar('5,000 streams of 4 chunks/s: delivered', 'slow-streams'),
  {
    figure: '5,000 streams: memory of the process',
    bar: '≤ 350',
    scenario: 'slow-streams',
    measure: ({ gateway }) => spreadOf(gateway.map(({ rssMb }) => rssMb)),
    reached: (value) => value <= 350,
    unit: 'MB',
  },
];

/** The bars that these results can be held against: median of the rounds, lowest and highest. */
export function barTable(results: readonly Result[]): string {
  const rows = BARS.flatMap((bar) => {
    const result = results.find(({ scenario }) => scenario.name === bar.scenario);
    if (!result || (bar.beside && result.rounds[bar.beside].length === 0)) return [];
    const { median: middle, min, max } = bar.measure(result.rounds);
    return [
      [
        bar.figure,
        `${bar.bar} ${bar.unit}`,
        `${figure(middle)} ${bar.unit}`,
        `${figure(min)} to ${figure(max)}`,
        bar.reached(middle) ? 'yes' : '**no**',
      ],
    ];
  });
  return table(['figure', 'bar', 'median of rounds', 'range', 'reached'], rows);
}

const TOP_COSTS = 25;

/** Where the gateway's busy time went. */
export function profileTables({ self, total, recording }: ReturnType<typeof costsOf>): string {
  const rows = (costs: readonly Cost[]) =>
    costs.slice(0, TOP_COSTS).map(({ name, share }) => [`\`${name}\``, `${figure(share * 100)} %`]);
  const ours = total.filter(({ name }) => /^(server|shared)\//.test(name));
  return [
    `Recording the usage took ${figure(recording * 100)} % of the busy time (bar ≤ 8 %).`,
    `### Profile: functions of ours, with what they call\n\n${table(['function', 'busy time'], rows(ours))}`,
    `### Profile: functions by themselves\n\n${table(['function', 'busy time'], rows(self))}`,
  ].join('\n\n');
}
