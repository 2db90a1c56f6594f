import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Job, Measured } from './load/jobs.ts';

const ANSWER_WITHIN_MS = 10_000;

const root = join(import.meta.dirname, '..');

export type Server = AsyncDisposable & {
  pid: number;
  url: string;
  /** From spawning it to its word that it listens. */
  startMs: number;
  signal(name: NodeJS.Signals): void;
  /** Sends a message to a server that talks; its answer. One at a time. */
  ask(message: string): Promise<unknown>;
};

export type ServerOptions = {
  /** Arguments of Node: the file to run, below the project, and its own. */
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Whether it answers messages of its parent. */
  talks?: boolean;
};

/** Starts a server that prints `ready at URL`. Throws with what it printed when it ends before. */
export async function startServer({
  args,
  env = {},
  talks = false,
}: ServerOptions): Promise<Server> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...(talks ? (['ipc'] as const) : [])],
  });
  const url = await readyUrl(child);
  return {
    pid: child.pid ?? 0,
    url,
    startMs: performance.now() - startedAt,
    signal: (name) => void child.kill(name),
    async ask(message) {
      const answer = once(child, 'message', { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
      child.send(message);
      return (await answer)[0];
    },
    [Symbol.asyncDispose]: () => ended(child),
  };
}

function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const read = (chunk: Buffer) => {
      printed = (printed + chunk).slice(-10_000);
      const url = /ready at (\S+)\s/.exec(printed)?.[1];
      if (url) resolve(url);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', (chunk: Buffer) => {
      read(chunk);
      process.stderr.write(chunk);
    });
    child.once('exit', (code) => reject(new Error(`A server ended with ${code}:\n${printed}`)));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

export type LoadGenerator = AsyncDisposable & { run(job: Job): Promise<Measured> };

/** The load generator in a process of its own; one job at a time. Throws when it dies over one. */
export function startLoad(): LoadGenerator {
  const child = fork(join(import.meta.dirname, 'load.ts'), { cwd: root });
  let waiting: PromiseWithResolvers<Measured> | null = null;
  child.on('message', (measured: Measured) => waiting?.resolve(measured));
  child.on('exit', () =>
    waiting?.reject(new Error('The load generator ended in the middle of a job.')),
  );
  return {
    run(job) {
      waiting = Promise.withResolvers();
      child.send(job);
      return waiting.promise;
    },
    [Symbol.asyncDispose]: () => ended(child),
  };
}
