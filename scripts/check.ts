import { ensureClient } from './generate-client.ts';
import { run } from './run.ts';

type Check = {
  name: string;
  command: string;
  args: string[];
  also?: (output: string) => string | null;
};

/** dependency-cruiser passes when it reads nothing at all, so how much it read is part of the check. */
function readSomething(output: string): string | null {
  const modules = Number(/\((\d+) modules/.exec(output)?.[1] ?? 0);
  return modules > 0 ? null : 'it read 0 modules, so it checked nothing';
}

const checks: Check[] = [
  {
    name: 'format and lint',
    command: 'biome',
    args: ['ci', '.', '--error-on-warnings', '--colors=off'],
  },
  {
    name: 'import arrows',
    command: 'depcruise',
    args: ['--config', '.dependency-cruiser.mjs', 'shared', 'server', 'web'],
    also: readSomething,
  },
  { name: 'types', command: 'tsc', args: ['-b'] },
  { name: 'dead code', command: 'knip', args: [] },
];

/** Runs every static check; true when all are clean. */
export async function check(): Promise<boolean> {
  await ensureClient();
  let clean = true;
  for (const { name, command, args, also } of checks) {
    const started = performance.now();
    const { code, output } = await run(command, args);
    const problem = code === 0 ? (also?.(output) ?? null) : output.trim();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${problem === null ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
    if (problem !== null) {
      console.log(problem);
      clean = false;
    }
  }
  return clean;
}

if (import.meta.main) process.exitCode = (await check()) ? 0 : 1;
