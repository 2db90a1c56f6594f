import { statSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';

/** The user PostgreSQL runs as; null = the one we run as. */
export type Owner = { uid: number; gid: number } | null;

/** PostgreSQL refuses to run as root; this user ("nobody") owns nothing else of value. */
const NOBODY = { uid: 65534, gid: 65534 };

/** Who is to own and run the cluster at `cluster`, which need not exist yet. */
export function chooseOwner(cluster: string): Owner {
  if (process.getuid?.() !== 0) return null;
  const found = statSync(cluster, { throwIfNoEntry: false });
  // A cluster made by an ordinary user stays that user's when root starts it once.
  return found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : NOBODY;
}

/** The first folder on the way to `target` (itself included) that `owner` may not pass, or null. */
export function firstClosedFolder(target: string, owner: Owner): string | null {
  if (owner === null) return null;
  const folders: string[] = [];
  for (let at = target; ; at = path.dirname(at)) {
    folders.unshift(at);
    if (at === path.dirname(at)) break;
  }
  return folders.find((folder) => !mayPass(folder, owner)) ?? null;
}

/** Makes a folder that everyone may pass, whatever our umask; one that is there stays as it is. */
export async function ensurePublicFolder(folder: string): Promise<void> {
  if (await mkdir(folder, { recursive: true })) await chmod(folder, 0o755);
}

function mayPass(folder: string, owner: { uid: number; gid: number }): boolean {
  const { mode, uid, gid } = statSync(folder);
  if (uid === owner.uid) return (mode & 0o100) !== 0;
  if (gid === owner.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}
