import { createHmac, randomBytes } from 'node:crypto';
import { type AccountCipher, openKey } from './account-secret.ts';

/**
 * Tells accounts of the same key from others, without keeping the keys: a print of each, made with a
 * secret of this process that is never written anywhere. Null = the account has no key.
 */
export function createKeyPrints(cipher: AccountCipher) {
  const pepper = randomBytes(32);
  const known = new Map<string, { sealed: string; print: string }>();

  return ({ id, sealed }: { id: string; sealed: string | null }): string | null => {
    if (sealed === null) return null;
    const found = known.get(id);
    if (found?.sealed === sealed) return found.print;
    const print = printOf(id, sealed);
    known.set(id, { sealed, print });
    return print;
  };

  function printOf(id: string, sealed: string): string {
    try {
      const key = openKey(cipher, id, sealed) ?? '';
      return createHmac('sha256', pepper).update(key).digest('base64url');
    } catch {
      // A key that cannot be opened here is like no other.
      return `unreadable ${id}`;
    }
  }
}
