import type { VaultSelection } from '#shared/schemas/vault-batch.ts';

/** Which rows are chosen: one by one, or all that fit. */
export type Chosen = { all: boolean; ids: ReadonlySet<string> };
export const NONE: Chosen = { all: false, ids: new Set() };

/** Chooses a row, or no longer. From all that fit, the other rows that are loaded remain. */
export function toggle(chosen: Chosen, id: string, loaded: readonly string[]): Chosen {
  const ids = new Set(chosen.all ? loaded : chosen.ids);
  if (!ids.delete(id)) ids.add(id);
  return { all: false, ids };
}

/** How many are chosen, of `total` that fit. */
export function chosenCount({ all, ids }: Chosen, total: number): number {
  return all ? total : ids.size;
}

/** What a batch is about; null = nothing. `fitting` says what all that fit are. */
export function selectionOf(chosen: Chosen, fitting: VaultSelection | null): VaultSelection | null {
  if (chosen.all) return fitting;
  return chosen.ids.size === 0 ? null : { ids: [...chosen.ids] };
}
