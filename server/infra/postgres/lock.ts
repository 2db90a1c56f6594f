import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '#shared/errors.ts';
import { takeFileLock } from '../file-lock.ts';
import { explain } from './explain.ts';

export type DataDirLock = { release(): void };

/**
 * Takes the data directory for this process until `release()` or its end, whatever ends it.
 * Throws `conflict`, naming process and directory, while another living Gatehouse has it.
 */
export function lockDataDir(dataDir: string): DataDirLock {
  const lockFile = path.join(dataDir, 'gatehouse.lock');
  const holderFile = path.join(dataDir, 'gatehouse.pid');
  const release = takeOrExplain(lockFile);
  if (!release) {
    throw new AppError(
      'conflict',
      `The data directory ${dataDir} is in use by another running Gatehouse (process ${holder(holderFile)}). Stop it first, or give this one its own DATA_DIR.`,
    );
  }
  try {
    writeFileSync(holderFile, `${process.pid}\n`, { mode: 0o600 });
  } catch (cause) {
    release();
    throw cannotLock(lockFile, cause);
  }
  return { release };
}

function takeOrExplain(lockFile: string): (() => void) | null {
  try {
    return takeFileLock(lockFile);
  } catch (cause) {
    throw cannotLock(lockFile, cause);
  }
}

function cannotLock(lockFile: string, cause: unknown): AppError {
  const why = explain(String(cause), path.dirname(lockFile));
  return new AppError('storage_unavailable', `Cannot lock ${lockFile}: ${why}.`, { cause });
}

function holder(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
