import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Owner } from './owner.ts';

/** Nothing of our environment leaks in: no locale, PGDATA or LD_PRELOAD of the host's. */
const ENV = { LC_ALL: 'C', TZ: 'UTC' };

export type Stdio = { stdout: number | 'ignore' | 'pipe'; stderr: number | 'ignore' | 'pipe' };

/** Starts a PostgreSQL program as `owner`; resolves once it runs, throws when it cannot be run. */
export async function spawnAs(
  owner: Owner,
  command: readonly [program: string, ...args: string[]],
  { stdout, stderr }: Stdio,
): Promise<ChildProcess> {
  const [program, ...args] = command;
  const child = spawn(program, args, {
    ...owner,
    env: ENV,
    cwd: '/',
    stdio: ['ignore', stdout, stderr],
    // A group of its own: Ctrl-C in the terminal must reach us only, who then stop it in order.
    detached: true,
  });
  await once(child, 'spawn');
  return child;
}
