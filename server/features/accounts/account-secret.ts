import type { Cipher } from '../../infra/cipher.ts';
import { scrubText } from '../../infra/log-redact.ts';

export type AccountCipher = Pick<Cipher, 'seal' | 'open'>;

const LONGEST_ERROR = 500;

/** A key as stored: sealed to its row, with its last four characters when it is long enough to spare them. */
export function sealKey(cipher: AccountCipher, id: string, key: string) {
  const secretHint = key.length >= 12 ? `…${key.slice(-4)}` : '';
  return { secret: cipher.seal(key, placeOf(id)), secretHint };
}

/** Throws like the cipher when the sealed value belongs elsewhere or its key is gone. */
export function openKey(cipher: AccountCipher, id: string, sealed: string | null): string | null {
  return sealed === null ? null : cipher.open(sealed, placeOf(id));
}

/** A platform's words, fit to be stored and shown: without the key it may repeat, and short. */
export function maskError(text: string, key: string | null): string {
  const without = key ? text.replaceAll(key, '…') : text;
  return scrubText(without).slice(0, LONGEST_ERROR);
}

function placeOf(id: string) {
  return { table: 'accounts', column: 'secret', id };
}
