import type { VaultFilter } from '#shared/schemas/vault.ts';
import type { VaultSelection } from '#shared/schemas/vault-batch.ts';
import type { VaultLook } from '#shared/schemas/vault-views.ts';

const HOUR = 3_600_000;

/** What the list is narrowed to. */
export type Look = VaultLook;

/** Midnight of a day here, `plus` days later. */
function midnight(day: string, plus = 0): string {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + plus).toISOString();
}

/** What the server is asked with. `now` (epoch ms) is what spans are counted from. */
export function filterOf(look: Look, now: number): VaultFilter {
  const { createdFrom, createdTo, day, expiresWithin, ...rest } = look;
  const kept = Object.entries(rest).filter(([, value]) => value !== undefined && value !== '');
  return {
    ...Object.fromEntries(kept),
    ...(expiresWithin !== undefined && {
      expiresBefore: new Date(now + expiresWithin * HOUR).toISOString(),
    }),
    ...(createdFrom && { createdFrom: midnight(createdFrom) }),
    ...(createdTo && { createdBefore: midnight(createdTo, 1) }),
    ...(day?.what === 'expires' && {
      expiresFrom: midnight(day.day),
      expiresBefore: midnight(day.day, 1),
    }),
    ...(day?.what === 'refreshes' && {
      refreshFrom: midnight(day.day),
      refreshBefore: midnight(day.day, 1),
    }),
  };
}

/** All that fit, as batches are told it; null where they cannot be told it. */
export function batchFilterOf(look: Look, now: number): VaultSelection | null {
  if (look.day) return null;
  return { filter: filterOf(look, now) };
}

/** How many filters narrow the list. */
export function countOf(look: Look): number {
  return Object.values(look).filter((value) => value !== undefined && value !== '').length;
}
