import type { Cipher } from '../../infra/cipher.ts';
import type { KeyRingRepo, SealedValue } from './key-ring.repo.ts';
import { nameOf, SEALED_COLUMNS, type SealedColumn } from './sealed-columns.ts';

export type ResealDeps = {
  repo: Pick<KeyRingRepo, 'next' | 'replace'>;
  cipher: Pick<Cipher, 'open' | 'seal'>;
  /** The key that seals; it may not change meanwhile. */
  current: string;
  /** Told after each batch how many values were sealed anew so far. */
  onProgress(done: number): void;
  /** Asked between two batches. */
  stopped(): boolean;
  columns?: readonly SealedColumn[];
};

export type Resealed = { done: number; damaged: string[] };

const MOST_DAMAGED = 100;

/**
 * Seals everything with the current key, batch by batch. It keeps nothing of its own: stopped or killed
 * at any point, the next run goes on with what is left. Passes are repeated until one finds nothing,
 * for somebody may have written with an older key behind it.
 */
export async function resealAll(deps: ResealDeps): Promise<Resealed> {
  const { columns = SEALED_COLUMNS } = deps;
  const found: Resealed = { done: 0, damaged: [] };
  for (const column of columns) {
    let changed = 1;
    while (changed > 0 && !deps.stopped()) {
      found.damaged = found.damaged.filter((place) => !place.startsWith(`${nameOf(column)} `));
      changed = await onePass(deps, column, found);
    }
  }
  return found;
}

/** Returns how many values it replaced. */
async function onePass(deps: ResealDeps, column: SealedColumn, found: Resealed): Promise<number> {
  const { current, onProgress, repo, stopped } = deps;
  let changed = 0;
  let after: string[] | null = null;
  while (!stopped()) {
    const values: SealedValue[] = await repo.next(column, current, after);
    const last = values.at(-1);
    if (!last) break;
    after = last.ids;
    const fresh = values.flatMap((value) => renewed(deps, column, value, found));
    if (fresh.length > 0) {
      const replaced = await repo.replace(column, fresh);
      changed += replaced;
      found.done += replaced;
      onProgress(found.done);
    }
  }
  return changed;
}

function renewed(
  { cipher }: ResealDeps,
  column: SealedColumn,
  value: SealedValue,
  found: Resealed,
): (SealedValue & { fresh: string })[] {
  const id = value.ids.join('/');
  const place = { table: column.table, column: column.column, id };
  try {
    return [{ ...value, fresh: cipher.seal(cipher.open(value.sealed, place), place) }];
  } catch {
    if (found.damaged.length < MOST_DAMAGED) found.damaged.push(`${nameOf(column)} ${id}`);
    return [];
  }
}
