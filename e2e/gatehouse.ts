import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findDatabase } from '#server/infra/postgres/data-dir.ts';
import { readPostmasterFile } from '#server/infra/postgres/orphan.ts';

const root = resolve(import.meta.dirname, '..');

export type GatehouseOptions = {
  /** Set-up document applied at start. */
  apply?: object;
  env?: Record<string, string>;
  /** Data folder of an earlier start; else a new one, removed at the end. */
  dataDir?: string;
};

/** A Gatehouse in a process of its own, on a port of the system's choice. */
export async function startGatehouse({ apply, env = {}, dataDir }: GatehouseOptions = {}) {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'gatehouse-e2e-')));
  const applyFile = join(folder, 'apply.json');
  if (apply) await writeFile(applyFile, JSON.stringify(apply));
  const child = spawn(process.execPath, ['server/main.ts'], {
    cwd: root,
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: folder,
      LOG_LEVEL: 'warn',
      OUTBOUND_ALLOW: '127.0.0.1',
      ...(apply && { GATEHOUSE_APPLY: applyFile }),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = await ready(child);
  return {
    url: /ready at (\S+)/.exec(printed)?.[1] ?? '',
    /** Path and fragment of the one-time set-up link, while there is no user. */
    setupPath: /(\/setup#\S+)/.exec(printed)?.[1] ?? null,
    dataDir: folder,
    /** Whether its process lives still. */
    lives: () => child.exitCode === null && child.signalCode === null,
    /** Ends the PostgreSQL it runs as a crash would; waits until one takes connections first. */
    async killPostgres(): Promise<void> {
      for (;;) {
        const database = await findDatabase(folder);
        const postmaster = database && readPostmasterFile(database.cluster);
        // NOTE: the file of one that was killed says that it is ready, too.
        if (postmaster?.status === 'ready' && kills(postmaster.pid)) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    /** Ends the process without a chance to tidy up. */
    async kill(): Promise<void> {
      child.kill('SIGKILL');
      await ended(child);
    },
    /** Asks it to stop, and resolves with its exit code. */
    async stop(): Promise<number | null> {
      child.kill('SIGTERM');
      await ended(child);
      return child.exitCode;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended(child);
      if (!dataDir) await rm(folder, { recursive: true, force: true });
    },
  };
}
export type Gatehouse = Awaited<ReturnType<typeof startGatehouse>>;

/** Whether there was such a process to kill. */
function kills(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** Resolves with what was printed once the server listens; rejects when it ends before. */
function ready(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    let printed = '';
    const read = (chunk: Buffer) => {
      printed += chunk;
      if (printed.includes('Stop with Ctrl-C')) done(printed);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => fail(new Error(`Gatehouse ended with ${code}:\n${printed}`)));
  });
}
