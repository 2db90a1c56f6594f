import type { Measured } from '../load/jobs.ts';
import { residentMb } from '../load/process-meter.ts';
import { startLoad } from '../processes.ts';
import { figure, table } from '../report.ts';
import { tally } from '../run.ts';
import { allWritten, countStoredRows } from '../targets/gateway.ts';
import { warmUp } from '../warm-up.ts';
import { makeBed, recordsLine, type Study, type StudyOptions, startOn } from './bed.ts';

const TENTHS = 10;
const CLIENTS = 32;
const STREAM_CLIENTS = 100;
/** Short streams: what is opened and closed is looked at, not what flows. */
const STREAM = { gapMs: 1, chunks: 5 };
/** A tenth that takes longer has stuck. */
const TENTH_WITHIN_MS = 900_000;
const WRITTEN_WITHIN_MS = 300_000;
const MB = 1_048_576;

/** The smallest object takes 16 bytes: one that every request left behind would be twice this. */
const MOST_MB_PER_MILLION = 8;
/** Below it, what is left of starting outweighs what requests leave. */
const FEWEST_REQUESTS = 500_000;

/** What a Gatehouse had in use after so many requests and streams, garbage collected. */
export type MemoryPoint = {
  requests: number;
  streams: number;
  heapMb: number;
  rssMb: number;
  requestsPerSecond: number;
};

/** Memory over many requests and streams through one Gatehouse. */
export async function benchEndurance({ requests, streams }: StudyOptions): Promise<Study> {
  await using bed = await makeBed();
  await using load = startLoad();
  const { server, aim } = await startOn(bed.home, { tellsUsage: true });
  await using _ = server;
  const all: Measured[] = await warmUp(load, aim);
  const points: MemoryPoint[] = [];
  const [perTenth, streamsPerTenth] = [Math.ceil(requests / TENTHS), Math.ceil(streams / TENTHS)];
  const counted = { ...aim, kind: 'counted', bytes: 480, mostMs: TENTH_WITHIN_MS } as const;
  for (let tenth = 1; tenth <= TENTHS; tenth += 1) {
    process.stderr.write(`endurance: ${tenth} of ${TENTHS} …\n`);
    const asked = await load.run({ ...counted, requests: perTenth, clients: CLIENTS });
    const streamed = await load.run({
      ...counted,
      requests: streamsPerTenth,
      clients: STREAM_CLIENTS,
      stream: STREAM,
    });
    all.push(asked, streamed);
    // A record on its way to the database is no growth.
    await allWritten(server.url, WRITTEN_WITHIN_MS);
    points.push({
      requests: tenth * perTenth,
      streams: tenth * streamsPerTenth,
      heapMb: Number(await server.ask('memory')) / MB,
      rssMb: residentMb(server.pid),
      requestsPerSecond: asked.count / asked.seconds,
    });
  }
  const records = recordsLine(await countStoredRows(bed.home), tally(all));
  const short = all.reduce((sum, each) => sum + each.short, 0);
  return {
    report: `${enduranceReport(points)}\n\n${records.line} Streams with chunks missing: ${short}.`,
    complete: records.every && short === 0,
  };
}

/**
 * MB of heap that a million requests (with the streams between them) leave behind: from the second
 * point, for until then caches fill, to the last. NaN with fewer than three points.
 */
export function growthPerMillion(points: readonly MemoryPoint[]): number {
  const [second, last] = [points[1], points.at(-1)];
  if (!second || !last || points.length < 3) return Number.NaN;
  return ((last.heapMb - second.heapMb) / (last.requests - second.requests)) * 1_000_000;
}

function verdict(points: readonly MemoryPoint[]): string {
  if ((points.at(-1)?.requests ?? 0) < FEWEST_REQUESTS) return 'too few requests to tell';
  return growthPerMillion(points) <= MOST_MB_PER_MILLION ? 'yes' : '**no**';
}

/** The bar and the points. */
export function enduranceReport(points: readonly MemoryPoint[]): string {
  return [
    '### Endurance: one process, memory after garbage collection',
    table(
      ['figure', 'bar', 'measured', 'reached'],
      [
        [
          'heap and buffers, growth per million requests',
          `≤ ${MOST_MB_PER_MILLION} MB`,
          `${figure(growthPerMillion(points))} MB`,
          verdict(points),
        ],
      ],
    ),
    table(
      ['requests so far', 'streams so far', 'heap and buffers MB', 'RSS MB', 'requests/s'],
      points.map(({ requests, streams, heapMb, rssMb, requestsPerSecond }) => [
        requests.toLocaleString('en-US'),
        streams.toLocaleString('en-US'),
        figure(heapMb),
        figure(rssMb),
        figure(requestsPerSecond),
      ]),
    ),
  ].join('\n\n');
}
