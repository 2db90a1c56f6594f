import type { Measured } from './load/jobs.ts';
import type { LoadGenerator, Server } from './processes.ts';
import { jobOf, type Scenario } from './scenarios.ts';

/** What is compared. */
export const TARGETS = ['direct', 'piped', 'dispatch', 'gateway'] as const;
export type TargetName = (typeof TARGETS)[number];

export type Target = { name: TargetName; server: Pick<Server, 'url' | 'pid'>; key: string };

/** Each target's rounds, in the order they were run. */
export type Rounds = Record<TargetName, Measured[]>;
export type Result = { scenario: Scenario; rounds: Rounds };

/**
 * Runs a scenario against every target in turn, as many rounds as it has, the order turned round
 * each time: what changes slowly on the machine weighs on all alike.
 */
export async function runScenario(
  load: LoadGenerator,
  targets: readonly Target[],
  scenario: Scenario,
): Promise<Result> {
  const rounds: Rounds = { direct: [], piped: [], dispatch: [], gateway: [] };
  for (let round = 0; round < scenario.rounds; round += 1) {
    for (const { name, server, key } of round % 2 === 0 ? targets : targets.toReversed()) {
      const aim = { url: server.url, pid: server.pid, key };
      rounds[name].push(await load.run(jobOf(scenario.load, aim, round)));
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
