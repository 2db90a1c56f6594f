import type { Door, Measured } from '../load/jobs.ts';
import { startLoad } from '../processes.ts';
import { figure, table } from '../report.ts';
import { tally } from '../run.ts';
import { compareRounds, median } from '../statistics.ts';
import { allWritten, countStoredRows } from '../targets/gateway.ts';
import { warmUp } from '../warm-up.ts';
import {
  LOOK,
  makeBed,
  recordsLine,
  SMALL,
  type Study,
  type StudyOptions,
  startOn,
} from './bed.ts';

const MOST = 2;
const cpu = ({ cpuUs, count }: Measured) => cpuUs / count;

/** What a whole answer costs that is translated, beside one in the platform's own protocol. */
export async function benchCrossProtocol({ rounds }: StudyOptions): Promise<Study> {
  await using bed = await makeBed();
  await using load = startLoad();
  const { server, aim } = await startOn(bed.home);
  await using _ = server;
  const measured: Record<Door, Measured[]> = { chat: [], messages: [] };
  const order: Door[] = ['chat', 'messages'];
  const warming: Measured[] = [];
  for (const door of order) warming.push(...(await warmUp(load, aim, door)));
  for (let round = 0; round < rounds; round += 1) {
    for (const door of round % 2 === 0 ? order : order.toReversed()) {
      measured[door].push(await load.run({ ...aim, ...SMALL, ...LOOK, door }));
    }
  }
  await allWritten(server.url);
  const all = tally([...warming, ...measured.chat, ...measured.messages]);
  const records = recordsLine(await countStoredRows(bed.home), all);
  return {
    report: `${crossProtocolTable(measured)}\n\n${records.line}`,
    complete: records.every,
  };
}

/** The bar, and the figures behind it. */
export function crossProtocolTable({ chat, messages }: Record<Door, Measured[]>): string {
  const {
    median: middle,
    min,
    max,
  } = compareRounds(messages.map(cpu), chat.map(cpu), (ours, theirs) => ours / theirs);
  const row = (name: string, of: readonly Measured[]) => [
    name,
    figure(median(of.map(({ count, seconds }) => count / seconds))),
    figure(median(of.map(cpu))),
    figure(median(of.map(({ latency }) => latency.p50Ms))),
    String(of.reduce((sum, { errors }) => sum + errors, 0)),
  ];
  return [
    '### Translated whole answers, 480-byte request, 32 clients',
    table(
      ['figure', 'bar', 'median of rounds', 'range', 'reached'],
      [
        [
          'CPU per request, Messages to a chat platform against chat',
          `≤ ${MOST} ×`,
          `${figure(middle)} ×`,
          `${figure(min)} to ${figure(max)}`,
          middle <= MOST ? 'yes' : '**no**',
        ],
      ],
    ),
    table(
      ['client → platform', 'requests/s', 'CPU µs/request', 'p50 ms', 'errors'],
      [row('chat → chat', chat), row('Messages → chat', messages)],
    ),
  ].join('\n\n');
}
