import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

/** The repository's root, from which every script works. */
export const root = resolve(import.meta.dirname, '..');

export type Result = { code: number; output: string };

/** Runs a program of node_modules/.bin or the system and collects what it prints. */
export function run(
  command: string,
  args: readonly string[],
  { show = false, env = {} }: { show?: boolean; env?: Record<string, string> } = {},
): Promise<Result> {
  return new Promise((done) => {
    const path = `${resolve(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`;
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, PATH: path, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk;
        if (show) process.stdout.write(chunk);
      });
    }
    child.once('error', (error) => done({ code: 1, output: `${command}: ${error.message}` }));
    child.once('close', (code) => done({ code: code ?? 1, output }));
  });
}
