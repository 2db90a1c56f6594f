import type { Aim, Measured } from './load/jobs.ts';
import type { LoadGenerator, Server } from './processes.ts';
import { jobOf, type Scenario } from './scenarios.ts';

/** What is compared. */
export const TARGETS = ['direct', 'piped', 'dispatch', 'gateway', 'portkey'] as const;
export type TargetName = (typeof TARGETS)[number];

export type Target = {
  name: TargetName;
  server: Pick<Server, 'url' | 'pid'>;
  key: string;
  headers?: Aim['headers'];
  /** Whether it is another gateway, and if so, whether it can stream here. */
  peer?: { streams: boolean };
};

/** Where a job finds a target. */
export function aimAt({ server, key, headers }: Target): Aim {
  return { url: server.url, pid: server.pid, key, ...(headers && { headers }) };
}

/** Whether a scenario is run against a target. */
export function takesPart({ peer }: Pick<Target, 'peer'>, scenario: Scenario): boolean {
  if (!peer) return true;
  return !scenario.withoutPeers && (peer.streams || scenario.load.kind !== 'streams');
}

/** Each target's rounds, in the order they were run; none of one that took no part. */
export type Rounds = Record<TargetName, Measured[]>;
export type Result = { scenario: Scenario; rounds: Rounds };

/**
 * Runs a scenario against every target in turn, as many rounds as it has, the order turned round
 * each time: what changes slowly on the machine weighs on all alike.
 */
export async function runScenario(
  load: LoadGenerator,
  all: readonly Target[],
  scenario: Scenario,
): Promise<Result> {
  const targets = all.filter((target) => takesPart(target, scenario));
  const rounds: Rounds = { direct: [], piped: [], dispatch: [], gateway: [], portkey: [] };
  for (let round = 0; round < scenario.rounds; round += 1) {
    for (const target of round % 2 === 0 ? targets : targets.toReversed()) {
      rounds[target.name].push(await load.run(jobOf(scenario.load, aimAt(target), round)));
    }
  }
  return { scenario, rounds };
}

/** Requests of a target that were answered, and those that were not. */
export function tally(measured: readonly Measured[]): { answered: number; errors: number } {
  return {
    answered: measured.reduce((sum, { answered }) => sum + answered, 0),
    errors: measured.reduce((sum, { errors }) => sum + errors, 0),
  };
}
