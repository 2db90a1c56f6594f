import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '#shared/errors.ts';

/**
 * Takes a journal directory for this process until the returned function is called or the process
 * ends, whatever ends it. Throws AppError `conflict` while another journal has it.
 */
export function lockJournal(dir: string): () => void {
  // NOTE: Node has no flock, and a pid file lies after a restart inside a container, where every
  // server is process 1. SQLite takes a lock of the kernel, which dies with its holder.
  const db = new DatabaseSync(path.join(dir, 'journal.lock'), { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    if (!String(cause).includes('locked')) throw cause;
    throw new AppError(
      'conflict',
      `The journal in ${dir} is in use by another running Gatehouse. Stop it first, or give this one its own DATA_DIR.`,
      { cause },
    );
  }
  return () => {
    if (db.isOpen) db.close();
  };
}
