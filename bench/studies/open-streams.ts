import type { Measured } from '../load/jobs.ts';
import { startLoad } from '../processes.ts';
import { figure, table } from '../report.ts';
import { tally } from '../run.ts';
import { allWritten, countStoredRows } from '../targets/gateway.ts';
import { warmUp } from '../warm-up.ts';
import { makeBed, recordsLine, type Study, startOn } from './bed.ts';

/** All of them together get so many chunks a second, so that only their number differs. */
const CHUNKS_PER_SECOND = 10_000;
const STREAMS = [50, 200, 1_000, 2_500, 5_000];
const LOOK = { warmMs: 1_500, measureMs: 4_000 };

type Step = { streams: number; measured: Measured };

/** What a chunk and a process cost as streams grow, each number in a process of its own. */
export async function benchOpenStreams(): Promise<Study> {
  await using bed = await makeBed();
  await using load = startLoad();
  const steps: Step[] = [];
  const all: Measured[] = [];
  for (const streams of STREAMS) {
    process.stderr.write(`open-streams: ${streams} …\n`);
    const { server, aim } = await startOn(bed.home);
    await using _ = server;
    all.push(...(await warmUp(load, aim)));
    const measured = await load.run({
      ...aim,
      kind: 'streams',
      streams,
      gapMs: (streams * 1_000) / CHUNKS_PER_SECOND,
      openMs: Math.max(500, streams),
      ...LOOK,
    });
    all.push(measured);
    steps.push({ streams, measured });
    await allWritten(server.url);
  }
  const { server } = await startOn(bed.home);
  await using _ = server;
  const records = recordsLine(await countStoredRows(bed.home), tally(all));
  return {
    report: `${openStreamsTable(steps)}\n\n${records.line}`,
    complete: records.every,
    charts: [
      {
        name: 'open-streams',
        title: 'Streams open at once, 10,000 chunks/s together',
        unit: 'CPU µs a chunk',
        steps: steps.map(({ streams }) => figure(streams).replace('.00', '').replace('.0', '')),
        lines: [{ name: 'Gatehouse', values: steps.map(({ measured }) => cpu(measured)) }],
      },
    ],
  };
}

const cpu = ({ cpuUs, count }: Measured) => cpuUs / count;

/** A row for each number of streams. */
export function openStreamsTable(steps: readonly Step[]): string {
  const rows = steps.map(({ streams, measured }) => [
    streams.toLocaleString('en-US'),
    figure(measured.count / measured.seconds),
    figure(cpu(measured)),
    `${figure(measured.latency.p50Ms)} / ${figure(measured.latency.p99Ms)}`,
    `${figure((measured.delivered ?? Number.NaN) * 100)} %`,
    figure(measured.rssMb),
    String(measured.errors),
  ]);
  const head = ['streams', 'chunks/s', 'CPU µs/chunk', 'chunk delay p50 / p99 ms'];
  return [
    '### Streams open at once, 10,000 chunks/s together',
    table([...head, 'delivered', 'RSS MB', 'errors'], rows),
  ].join('\n\n');
}
