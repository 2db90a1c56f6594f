import { sha256hex } from '../../infra/ids.ts';

const BARE_ID = /^[0-9a-f]{32}$/;
const MICROS = 1_000_000n;
const PLACE = 100n;

/** How an account is called there: its id without dashes, 32 hexadecimal digits as they always were. */
export function cookieIdOf(accountId: string): string {
  return accountId.replaceAll('-', '');
}

/** The way back; null for what can be nobody's. */
export function accountIdOf(cookieId: string): string | null {
  const bare = cookieId.toLowerCase().replaceAll('-', '');
  if (!BARE_ID.test(bare)) return null;
  const cuts = [0, 8, 12, 16, 20, 32];
  return cuts
    .slice(1)
    .map((end, at) => bare.slice(cuts[at], end))
    .join('-');
}

/** An id (UUID, version 8) for what is a row there and none here: the same parts give the same one. */
export function derivedId(...parts: readonly string[]): string {
  const hex = sha256hex(JSON.stringify(parts));
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  const bare = `${hex.slice(0, 12)}8${hex.slice(13, 16)}${variant}${hex.slice(17, 32)}`;
  return accountIdOf(bare) ?? bare;
}

/** Whole millionths as text with four decimals, nearer to nothing where it has more. */
export function fourDecimals(micros: bigint): string {
  const size = micros < 0n ? -micros : micros;
  const places = ((size % MICROS) / PLACE).toString().padStart(4, '0');
  const isLess = micros < 0n && size >= PLACE;
  return `${isLess ? '-' : ''}${size / MICROS}.${places}`;
}

/** A share of 0 to 1 as text with four decimals. */
export function shareText(share: number): string {
  return fourDecimals(BigInt(Math.round(Math.min(1, Math.max(0, share)) * 1_000_000)));
}

/** A time as quota rows have it: without its zone, which is UTC. */
export function zoneless(time: string | number | null): string | null {
  return time === null ? null : new Date(time).toISOString().slice(0, -1);
}
