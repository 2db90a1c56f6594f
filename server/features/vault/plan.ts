import { hashText } from '../../infra/text-hash.ts';
import type { VaultSettings } from './vault.types.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const SHORTEST_MS = 30_000;
const FIRST_PAUSE_MS = MINUTE;
const LONGEST_PAUSE_MS = 60 * MINUTE;
const RANGE = 2 ** 32;

/**
 * When an account is refreshed next after it worked at `now` (epoch ms): its lead before the end, spread
 * by account so that those that were added together are not refreshed together. A token that lives for
 * less than twice its lead is refreshed in the second half of its life.
 */
export function nextAfterSuccess(
  accountId: string,
  expiresAt: number | null,
  now: number,
  settings: VaultSettings,
): number {
  const spread = hashText(accountId) / RANGE;
  if (expiresAt === null) {
    return now + Math.round(settings.intervalDays * DAY * (1 - spread / 10));
  }
  const life = Math.max(0, expiresAt - now);
  const lead = Math.max((life * settings.leadPercent) / 100, settings.leadMinutes * MINUTE);
  const wanted = life - lead * (1 + spread / 2);
  const earliest = Math.max(life * (0.5 + spread / 4), SHORTEST_MS);
  return now + Math.round(Math.max(wanted, earliest));
}

/**
 * When it is tried again after its `failures`th passing failure in a row: a minute, then twice as long
 * each time up to an hour, a fifth more or less (`random`: 0 to 1); not before the platform wants it.
 */
export function nextAfterFailure(
  failures: number,
  retryAfterMs: number | null,
  now: number,
  random: number,
): number {
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 20), LONGEST_PAUSE_MS);
  const spread = Math.round(pause * (0.8 + random * 0.4));
  return now + Math.max(spread, retryAfterMs ?? 0);
}
