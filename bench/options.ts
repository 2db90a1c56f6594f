import { parseArgs } from 'node:util';
import { ROUNDS, type Scenario, type Size, scenarios } from './scenarios.ts';
import type { StudyOptions } from './studies/bed.ts';
import { STUDY_NAMES, type StudyName } from './studies/names.ts';

export type BenchOptions = {
  size: Size;
  scenarios: Scenario[];
  studies: StudyName[];
  study: StudyOptions;
  /** Whether other gateways, installed from npm, are measured beside ours. */
  peers: boolean;
  /** File for a CPU profile of the gateway; null = none is taken. */
  profile: string | null;
  /** Folder for charts; null = none are drawn. */
  charts: string | null;
  help: boolean;
};

const names = (all: readonly string[]) => all.join(', ');

export const USAGE = `npm run bench -- [--quick | --full] [--only NAME[,NAME]] [more]

  --quick     three scenarios, four rounds, under two minutes (the default)
  --full      every scenario and study, ten rounds, with peers, about an hour
  --only      only these. Scenarios, every target against the others:
                ${names(scenarios('full').map(({ name }) => name))}
              Studies of Gatehouse itself:
                ${names(STUDY_NAMES)}
  --peers     the Portkey gateway, too; installed from npm into .cache/peers at first use
  --profile FILE   write a CPU profile of Gatehouse under the first scenario and print its top costs
  --requests N     of endurance (1,000,000); at most 60,000 of them are slow-database's backlog
  --streams N      of endurance (100,000)
  --rows N         usage rows that growth fills in (0; 1,000,000 with --full)
  --charts DIR     writes what grows as SVG files there
  --seconds N      how long slow-database lets PostgreSQL stand still (30)
  --help`;

/** Throws an Error with the usage for what it does not know. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      only: { type: 'string' },
      profile: { type: 'string' },
      charts: { type: 'string' },
      requests: { type: 'string', default: '1000000' },
      streams: { type: 'string', default: '100000' },
      rows: { type: 'string' },
      seconds: { type: 'string', default: '30' },
    },
  });
  if (values.quick && values.full) throw new Error(`--quick or --full, not both.\n\n${USAGE}`);
  const size: Size = values.full ? 'full' : 'quick';
  return {
    size,
    ...chosen(size, values.only?.split(',')),
    study: {
      rounds: ROUNDS[size],
      requests: whole('requests', values.requests, 1),
      streams: whole('streams', values.streams, 1),
      rows: whole('rows', values.rows ?? (values.full ? '1000000' : '0'), 0),
      seconds: whole('seconds', values.seconds, 1),
    },
    peers: values.peers || values.full,
    profile: values.profile ?? null,
    charts: values.charts ?? null,
    help: values.help,
  };
}

/** What is to be run: what was asked for, else what the size has. */
function chosen(size: Size, only: readonly string[] | undefined) {
  const all = scenarios(size);
  if (!only) return { scenarios: all, studies: size === 'full' ? [...STUDY_NAMES] : [] };
  for (const name of only) {
    const isStudy = STUDY_NAMES.some((each) => each === name);
    if (isStudy || all.some((each) => each.name === name)) continue;
    throw new Error(`--${size} has no scenario or study "${name}".\n\n${USAGE}`);
  }
  return {
    scenarios: all.filter(({ name }) => only.includes(name)),
    studies: STUDY_NAMES.filter((name) => only.includes(name)),
  };
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new Error(`--${name} must be a whole number from ${least}.\n\n${USAGE}`);
}
