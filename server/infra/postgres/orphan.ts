import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '#shared/errors.ts';

/** Above every kernel's largest process id, so that it names nobody. */
const NOBODYS_PID = 2_147_483_647;

/** How long an orphan may finish its open statements before it is ended the hard way. */
const PATIENCE_MS = 30_000;

export type PostmasterFile = { pid: number; port: number; status: string };

/** Reads `postmaster.pid`, or null when there is none or it is still being written. */
export function readPostmasterFile(cluster: string): PostmasterFile | null {
  try {
    const lines = readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number.parseInt(lines[0] ?? '', 10);
    if (!Number.isInteger(pid)) return null;
    return {
      pid,
      port: Number.parseInt(lines[3] ?? '', 10),
      status: (lines[7] ?? '').trim(),
    };
  } catch {
    return null;
  }
}

/**
 * Stops the PostgreSQL that a killed Gatehouse left running on `cluster`. Call it only while
 * holding the data directory's lock: then whoever runs there is an orphan. Returns whether one was.
 */
export async function stopOrphan(cluster: string): Promise<boolean> {
  const found = readPostmasterFile(cluster);
  if (found === null || !isAlive(found.pid)) return false;
  if (!isPostgresOn(found.pid, cluster)) {
    disownPid(cluster);
    return false;
  }
  process.kill(found.pid, 'SIGINT');
  if (await gone(found.pid, PATIENCE_MS)) return true;
  process.kill(found.pid, 'SIGQUIT');
  if (await gone(found.pid, PATIENCE_MS)) return true;
  throw new AppError(
    'storage_unavailable',
    `PostgreSQL (process ${found.pid}) still runs on ${cluster} and does not stop. End that process, then start again.`,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Whether a process is a PostgreSQL server working in `cluster`, and not one that got its number. */
function isPostgresOn(pid: number, cluster: string): boolean {
  if (existsSync('/proc/self')) {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === cluster;
    } catch {
      return false;
    }
  }
  const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return command.includes('postgres') && command.includes(cluster);
}

/**
 * PostgreSQL refuses to start while the process named in the file is alive, even if the number now
 * belongs to another program (usual in containers). The file stays otherwise as it was, because
 * PostgreSQL reads from it which shared memory to check for survivors.
 */
function disownPid(cluster: string): void {
  const file = path.join(cluster, 'postmaster.pid');
  const [, ...rest] = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, [NOBODYS_PID, ...rest].join('\n'));
}

async function gone(pid: number, withinMs: number): Promise<boolean> {
  for (let waited = 0; waited < withinMs; waited += 10) {
    if (!isAlive(pid)) return true;
    await sleep(10);
  }
  return false;
}
