import { AppError } from '#shared/errors.ts';
import { createCipher, type KeyRing, type Place } from '../../infra/cipher.ts';
import type { KeyRingRepo } from './key-ring.repo.ts';
import { nameOf, SEALED_COLUMNS } from './sealed-columns.ts';

const CANARY = 'gatehouse';

const canaryPlace = (id: string): Place => ({ table: 'settings', column: 'keyRing', id });

/** A value that only this key opens. */
export function canaryOf(ring: KeyRing, id: string): string {
  return createCipher({ ...ring, current: id }).seal(CANARY, canaryPlace(id));
}

/**
 * Looks, before anything is served, whether the ring opens what the database holds, and returns the key
 * that seals: the one that all servers agreed on, else the ring's own.
 * @throws AppError internal, which names the key which is missing or another one.
 */
export async function checkRing(repo: KeyRingRepo, ring: KeyRing): Promise<string> {
  const shared = await repo.shared();
  for (const [id, canary] of Object.entries(shared.canaries)) {
    refuseWrong(ring, id, () => createCipher(ring).open(canary, canaryPlace(id)));
  }
  const current = shared.current ?? ring.current;
  if (!(current in ring.keys)) throw missing(current);
  // Of an older version, or a first start: what is sealed says which keys are in use.
  if (shared.canaries[current] === undefined) {
    await checkSamples(repo, ring);
    await repo.change((now) => ({
      current: now.current ?? current,
      canaries: { ...now.canaries, [current]: now.canaries[current] ?? canaryOf(ring, current) },
    }));
  }
  return current;
}

async function checkSamples(repo: KeyRingRepo, ring: KeyRing): Promise<void> {
  const cipher = createCipher(ring);
  for (const column of SEALED_COLUMNS) {
    for (const { ids, sealed } of await repo.samples(column)) {
      const id = sealed.split('.')[1] ?? '';
      const place = { table: column.table, column: column.column, id: ids.join('/') };
      refuseWrong(ring, id, () => cipher.open(sealed, place), nameOf(column));
    }
  }
}

function refuseWrong(ring: KeyRing, id: string, open: () => unknown, where?: string): void {
  if (!(id in ring.keys)) throw missing(id);
  try {
    open();
  } catch {
    const what = where === undefined ? 'what the database holds' : `what is in ${where}`;
    throw new AppError(
      'internal',
      `Encryption key "${id}" of the key ring is not the one that sealed ${what}. ` +
        'Restore the secrets.json (or KEY_RING) that belongs to this database.',
    );
  }
}

function missing(id: string): AppError {
  return new AppError(
    'internal',
    `Encryption key "${id}" is not in the key ring, and the database holds values that it sealed. ` +
      'Restore the secrets.json (or KEY_RING) that belongs to this database.',
  );
}
