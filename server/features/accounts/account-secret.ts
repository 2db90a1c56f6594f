import type { Cipher } from '../../infra/cipher.ts';

export type AccountCipher = Pick<Cipher, 'seal' | 'open'>;

/** A key as stored: sealed to its row, with its last four characters when it is long enough to spare them. */
export function sealKey(cipher: AccountCipher, id: string, key: string) {
  const secretHint = key.length >= 12 ? `…${key.slice(-4)}` : '';
  return { secret: cipher.seal(key, placeOf(id)), secretHint };
}

/** Throws like the cipher when the sealed value belongs elsewhere or its key is gone. */
export function openKey(cipher: AccountCipher, id: string, sealed: string | null): string | null {
  return sealed === null ? null : cipher.open(sealed, placeOf(id));
}

function placeOf(id: string) {
  return { table: 'accounts', column: 'secret', id };
}
