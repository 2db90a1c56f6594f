import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '#shared/errors.ts';

const VERSION = 0x80;
const STAMP_BYTES = 8;
const BLOCK_BYTES = 16;
const MAC_BYTES = 32;
const HEAD_BYTES = 1 + STAMP_BYTES;
const LEAST_BYTES = HEAD_BYTES + BLOCK_BYTES + BLOCK_BYTES + MAC_BYTES;
/** Base64 for URLs, with the padding that its makers write; other alphabets mean other bytes. */
const BASE64URL = /^[\w-]+={0,2}$/;

/** Opens what one key sealed. Throws AppError `bad_request`, which says why and never holds the text. */
export type FernetReader = (token: string) => string;

/**
 * Reads Fernet tokens: HMAC-SHA256 over version, time, IV and AES-128-CBC text. How old a token is does
 * not matter here, for they are read from a database. Source: https://github.com/fernet/spec/blob/master/Spec.md
 * @throws AppError `bad_request` for a key that is not 32 bytes in URL-safe base64.
 */
export function createFernetReader(key: string): FernetReader {
  const bytes = fromBase64url(key);
  if (bytes?.length !== 2 * BLOCK_BYTES) {
    throw new AppError('bad_request', 'A Fernet key is 32 bytes in URL-safe base64.');
  }
  const [signing, sealing] = [bytes.subarray(0, BLOCK_BYTES), bytes.subarray(BLOCK_BYTES)];

  return (token) => {
    const sealed = fromBase64url(token);
    if (!sealed) throw unreadable('it is not URL-safe base64');
    if (sealed.length < LEAST_BYTES) throw unreadable('it is too short');
    if (sealed[0] !== VERSION) throw unreadable('it is of another version');
    const signed = sealed.subarray(0, -MAC_BYTES);
    const mac = createHmac('sha256', signing).update(signed).digest();
    // NOTE: nothing of the text is touched before it is known who sealed it.
    if (!timingSafeEqual(mac, sealed.subarray(-MAC_BYTES))) {
      throw unreadable('it was sealed with another key, or altered');
    }
    return decrypt(sealing, signed);
  };
}

function decrypt(key: Buffer, signed: Buffer): string {
  const iv = signed.subarray(HEAD_BYTES, HEAD_BYTES + BLOCK_BYTES);
  const body = signed.subarray(HEAD_BYTES + BLOCK_BYTES);
  if (body.length % BLOCK_BYTES !== 0) throw unreadable('its text ends within a block');
  try {
    const decipher = createDecipheriv('aes-128-cbc', key, iv);
    const plain = Buffer.concat([decipher.update(body), decipher.final()]);
    return new TextDecoder('utf-8', { fatal: true }).decode(plain);
  } catch {
    throw unreadable('what is sealed in it is not text');
  }
}

function fromBase64url(text: string): Buffer | null {
  return BASE64URL.test(text) ? Buffer.from(text, 'base64url') : null;
}

function unreadable(why: string): AppError {
  return new AppError('bad_request', `This Fernet token cannot be opened: ${why}.`);
}
