import { randomBytes } from 'node:crypto';
import { sha256hex } from '../../infra/ids.ts';

export const RECOVERY_CODES = 10;

/** Crockford's base32: nothing that reads like another letter. Source: https://www.crockford.com/base32.html */
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';
const LENGTH = 16;

/** Ten codes of 80 bits, as people read them: `7k2m-9qtd-x0vr-5chw`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const letters = [...randomBytes(LENGTH)].map((byte) => LETTERS[byte % LETTERS.length] ?? '');
    return (letters.join('').match(/.{4}/g) ?? []).join('-');
  });
}

/** What is stored of a code: the same with or without its dashes. */
export const recoveryCodeHash = (code: string): string => sha256hex(code.replaceAll('-', ''));
