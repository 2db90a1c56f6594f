import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../../shared/errors.ts';

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
  const db = new DatabaseSync(lockFile, { timeout: 0 });
  try {
    chmodSync(lockFile, 0o600);
    db.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    if (!String(cause).includes('locked')) {
      throw new AppError('storage_unavailable', `Cannot lock ${lockFile}: ${String(cause)}`, {
        cause,
      });
    }
    throw new AppError(
      'conflict',
      `The data directory ${dataDir} is in use by another running Gatehouse (process ${holder(holderFile)}). Stop it first, or give this one its own DATA_DIR.`,
      { cause },
    );
  }
  writeFileSync(holderFile, `${process.pid}\n`, { mode: 0o600 });
  return {
    release() {
      if (db.isOpen) db.close();
    },
  };
}

function holder(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
