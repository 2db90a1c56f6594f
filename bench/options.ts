import { parseArgs } from 'node:util';
import { type Scenario, type Size, scenarios } from './scenarios.ts';

export type BenchOptions = {
  size: Size;
  scenarios: Scenario[];
  /** Whether every pair of protocols is measured. */
  protocols: boolean;
  /** Whether a day of the pool is simulated. */
  pool: boolean;
  /** File for a CPU profile of the gateway; null = none is taken. */
  profile: string | null;
};

/** Every pair of protocols: not one scenario for every target, but one target for many pairs. */
const PROTOCOLS = 'protocols';
/** A simulation: no server, no network, the same figures everywhere. */
const POOL = 'pool';
const NO_SCENARIO = [PROTOCOLS, POOL];

export const USAGE = `npm run bench -- [--quick | --full] [--only NAME[,NAME]] [--profile FILE]

  --quick     three scenarios, four rounds, under two minutes (the default)
  --full      every scenario, ten rounds, about twenty minutes
  --only      only these: ${scenarios('full')
    .map(({ name }) => name)
    .join(', ')}, ${NO_SCENARIO.join(', ')}
  --profile   write a CPU profile of Gatehouse under the first scenario and print its top costs`;

/** Throws an Error with the usage for what it does not know. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      only: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  if (values.quick && values.full) throw new Error(`--quick or --full, not both.\n\n${USAGE}`);
  const size: Size = values.full ? 'full' : 'quick';
  const all = scenarios(size);
  const only = values.only?.split(',');
  const names = only?.filter((name) => !NO_SCENARIO.includes(name)) ?? all.map(({ name }) => name);
  const chosen = names.map((name) => {
    const scenario = all.find((each) => each.name === name);
    if (!scenario) throw new Error(`--${size} has no scenario "${name}".\n\n${USAGE}`);
    return scenario;
  });
  const protocols = only?.includes(PROTOCOLS) ?? size === 'full';
  const pool = only?.includes(POOL) ?? size === 'full';
  return { size, scenarios: chosen, protocols, pool, profile: values.profile ?? null };
}
