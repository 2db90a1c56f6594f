import { figure, table } from '../report.ts';
import { compareRounds, median, percentile } from '../statistics.ts';
import type { Pair, Through } from './lab.ts';
import { type PairFigures, SAMPLE_EVERY } from './measure.ts';

const MOST_FIRST_MS = 5;
const MOST_GROWTH_BYTES = 256;

const isForwarded = ({ client, platform }: Pair) => client === platform;
const nameOf = (pair: Pair) => {
  const name = `${pair.client} → ${pair.platform}`;
  return isForwarded(pair) ? `**${name}**` : name;
};
const kB = (bytes: number) => figure(bytes / 1_000);
const yes = (reached: boolean) => (reached ? 'yes' : '**no**');

/** Bytes more in use for each chunk, between the first sample and the last. */
export function growthPerChunk(memory: readonly number[]): number {
  const [first = Number.NaN] = memory;
  return ((memory.at(-1) ?? Number.NaN) - first) / (SAMPLE_EVERY * (memory.length - 1));
}

/** How much later the first words come, round by round. */
function addedMs({ firstMs }: PairFigures): number {
  return compareRounds(firstMs.gateway, firstMs.piped, (ours, theirs) => ours - theirs).median;
}

/** The bars. A pair's own p95 is three streams of sixty, so that bar is held against all pairs' streams. */
function summary(all: readonly PairFigures[]): string {
  const p50 = Math.max(...all.map(({ firstMs }) => median(firstMs.gateway)));
  const p95 = (through: Through) =>
    percentile(
      all.flatMap(({ firstMs }) => firstMs[through]),
      0.95,
    );
  const growth = Math.max(...all.map(({ memory }) => growthPerChunk(memory)));
  const cpu = (through: Through, forwarded: boolean) =>
    median(
      all
        .filter(({ pair }) => isForwarded(pair) === forwarded)
        .flatMap(({ cpuUs }) => cpuUs[through]),
    );
  const cpuRow = (name: string, forwarded: boolean) => [
    `CPU per chunk, ${name}`,
    '–',
    `${figure(cpu('gateway', forwarded))} µs`,
    `${figure(cpu('piped', forwarded))} µs`,
    '–',
  ];
  return table(
    ['figure', 'bar', 'Gatehouse', 'piped proxy', 'reached'],
    [
      [
        'first words, p50 of the worst pair',
        `≤ ${MOST_FIRST_MS} ms`,
        `${figure(p50)} ms`,
        '–',
        yes(p50 <= MOST_FIRST_MS),
      ],
      [
        'first words, p95 of all pairs’ streams',
        `≤ ${MOST_FIRST_MS} ms`,
        `${figure(p95('gateway'))} ms`,
        `${figure(p95('piped'))} ms`,
        yes(p95('gateway') <= MOST_FIRST_MS),
      ],
      [
        'memory per chunk of a long stream, worst pair',
        `≤ ${MOST_GROWTH_BYTES} B`,
        `${figure(growth)} B`,
        '–',
        yes(growth <= MOST_GROWTH_BYTES),
      ],
      cpuRow('forwarded', true),
      cpuRow('translated', false),
    ],
  );
}

/** What every pair of protocols costs, as Markdown; forwarded pairs are bold. */
export function protocolReport(all: readonly PairFigures[]): string {
  const both = (times: readonly number[]) =>
    `${figure(percentile(times, 0.5))} / ${figure(percentile(times, 0.95))}`;
  const first = all.map((each) => [
    nameOf(each.pair),
    both(each.firstMs.gateway),
    both(each.firstMs.piped),
    figure(addedMs(each)),
  ]);
  const long = all.map(({ pair, cpuUs, memory }) => {
    const forwarded = all.find((it) => isForwarded(it.pair) && it.pair.platform === pair.platform);
    const against = cpuUs.gateway.length > 0 && forwarded ? forwarded.cpuUs.gateway : [];
    return [
      nameOf(pair),
      figure(median(cpuUs.gateway)),
      figure(median(cpuUs.piped)),
      `${figure(compareRounds(cpuUs.gateway, against, (ours, theirs) => ours / theirs).median)} ×`,
      `${kB(memory[0] ?? Number.NaN)} → ${kB(memory.at(-1) ?? Number.NaN)}`,
      figure(growthPerChunk(memory)),
    ];
  });
  return [
    '### Translated streams',
    summary(all),
    '#### First words, one stream at a time',
    table(
      ['client → platform', 'Gatehouse p50 / p95 ms', 'piped proxy p50 / p95 ms', 'added p50 ms'],
      first,
    ),
    '#### One stream of 10,000 chunks',
    table(
      [
        'client → platform',
        'CPU µs/chunk',
        'piped proxy',
        'against forwarded',
        'kB in use at 1,000 → 10,000',
        'B/chunk',
      ],
      long,
    ),
  ].join('\n\n');
}
