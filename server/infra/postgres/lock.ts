import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../../shared/errors.ts';
import { explain } from './explain.ts';

export type DataDirLock = { release(): void };

/**
 * Takes the data directory for this process until `release()` or its end, whatever ends it.
 * Throws `conflict`, naming process and directory, while another living Gatehouse has it.
 */
export function lockDataDir(dataDir: string): DataDirLock {
  // NOTE: Node has no flock; SQLite takes a kernel lock that dies with its process, so kill -9
  // leaves nothing stale and two containers on one volume see each other. Nothing may open this
  // file in this process besides SQLite: closing any descriptor of it would drop the lock.
  const lockFile = path.join(dataDir, 'gatehouse.lock');
  const holderFile = path.join(dataDir, 'gatehouse.pid');
  const db = openLock(lockFile);
  try {
    chmodSync(lockFile, 0o600);
    db.exec('BEGIN EXCLUSIVE');
    writeFileSync(holderFile, `${process.pid}\n`, { mode: 0o600 });
  } catch (cause) {
    db.close();
    if (!String(cause).includes('database is locked')) throw cannotLock(lockFile, cause);
    throw new AppError(
      'conflict',
      `The data directory ${dataDir} is in use by another running Gatehouse (process ${holder(holderFile)}). Stop it first, or give this one its own DATA_DIR.`,
      { cause },
    );
  }
  return {
    release() {
      if (db.isOpen) db.close();
    },
  };
}

function openLock(lockFile: string): DatabaseSync {
  try {
    return new DatabaseSync(lockFile, { timeout: 0 });
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
