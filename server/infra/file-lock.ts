import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/**
 * Takes a file as a lock until the returned function is called or this process ends, whatever ends
 * it. Null while another process, or another caller in this one, has it; throws when it cannot be used.
 */
export function takeFileLock(file: string): (() => void) | null {
  // NOTE: Node has no flock, and a pid file lies after a restart inside a container, where every
  // server is process 1. SQLite takes a lock of the kernel, which dies with its holder, so kill -9
  // leaves nothing stale and two containers on one volume see each other. Nothing may open this file
  // in this process besides SQLite: closing any descriptor of it would drop the lock.
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    chmodSync(file, 0o600);
    db.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    if (String(cause).includes('database is locked')) return null;
    throw cause;
  }
  return () => {
    if (db.isOpen) db.close();
  };
}
