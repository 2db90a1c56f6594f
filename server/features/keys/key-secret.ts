import { randomBytes } from 'node:crypto';
import { sha256hex } from '../../infra/ids.ts';

/** `sk-` is for clients of older systems, some of which take nothing else for a key. */
const PREFIXES = ['gh-', 'sk-'] as const;
export type KeyPrefix = (typeof PREFIXES)[number];
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 62^43 > 2^256: as many base62 digits as 32 bytes need. */
const LENGTH = 43;

/** What is stored of a secret: its hash, and its start for recognising it. */
export function storedForm(secret: string): { secretHash: string; prefix: string } {
  return { secretHash: sha256hex(secret), prefix: `${secret.slice(0, 8)}…` };
}

/** A new key: `gh-` unless told otherwise, and 32 random bytes as 43 base62 digits. */
export function mintKeySecret(
  random: (bytes: number) => Buffer = randomBytes,
  prefix: KeyPrefix = 'gh-',
): string {
  let rest = BigInt(`0x${random(32).toString('hex')}`);
  let digits = '';
  for (let place = 0; place < LENGTH; place += 1) {
    digits = DIGITS.charAt(Number(rest % 62n)) + digits;
    rest /= 62n;
  }
  return prefix + digits;
}

/** Whether it can be one of our keys at all: what is not costs no look-up. */
export function isKeyShaped(secret: string): boolean {
  if (secret.length < 20 || secret.length > 200) return false;
  return PREFIXES.some((prefix) => secret.startsWith(prefix));
}
