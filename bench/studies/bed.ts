import type { Chart } from '../chart.ts';
import type { Aim } from '../load/jobs.ts';
import { type Server, startServer } from '../processes.ts';
import { type GatewayHome, makeGatewayHome, type StartOptions } from '../targets/gateway.ts';

/** What the small numbers of a trial and the large ones of a full run are. */
export type StudyOptions = {
  rounds: number;
  /** Of `endurance`. */
  requests: number;
  streams: number;
  /** Usage rows that `growth` fills in beside keys and accounts. */
  rows: number;
  /** How long `slow-database` lets PostgreSQL stand still. */
  seconds: number;
};

/** A report in Markdown, and what of it can be drawn; `complete` = no record is missing. */
export type Study = { report: string; complete: boolean; charts?: readonly Chart[] };

/** The small request of every comparison. */
export const SMALL = { kind: 'closed', bytes: 480, clients: 32 } as const;
export const LOOK = { warmMs: 300, measureMs: 2_000 };

/** An upstream, and the data folder of a Gatehouse that is to stand before it. */
export async function makeBed() {
  const upstream = await startServer({ args: ['bench/upstream.ts'] });
  const home = await makeGatewayHome([
    { id: 'bench', protocol: 'openai-chat', baseUrl: `${upstream.url}/v1`, model: 'gpt-bench' },
  ]);
  return {
    home,
    upstream,
    async [Symbol.asyncDispose](): Promise<void> {
      await upstream[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

/** A Gatehouse on a bed, and where jobs find it. */
export async function startOn(home: GatewayHome, how?: StartOptions) {
  const server = await home.start(how);
  return { server, aim: aimOf(home, server) };
}

export function aimOf({ key }: Pick<GatewayHome, 'key'>, { url, pid }: Server): Aim {
  return { url, pid, key };
}

/** In words, whether every answered request has its record. */
export function recordsLine(
  stored: number,
  { answered, errors }: { answered: number; errors: number },
) {
  const every = answered > 0 && answered <= stored && stored <= answered + errors;
  const line =
    `Usage rows: ${stored}, answered requests: ${answered}, not answered: ${errors}. ` +
    `Every answered request has its row: ${every ? 'yes' : '**no**'}.`;
  return { every, line };
}
