import { hkdfSync } from 'node:crypto';
import { ConfigError } from './env.ts';
import type { Secrets } from './secrets.ts';

/** As many bytes as HMAC-SHA-256 needs (RFC 7518, section 3.2). */
const LEAST_BYTES = 32;
const LEAST_DIFFERENT = 10;
const PLACEHOLDER = /secret|change|example|password|your[-_ ]|default|jwt/i;

export type TokenKeysInput = { secret: string | null; production: boolean };

/**
 * What signs access tokens, the first one, and what checks them. Without a secret of its own they are
 * made from the key ring, so that servers that open the same credentials know the same tokens.
 * @throws ConfigError in production for a secret that can be guessed.
 */
export function tokenKeys(
  { secret, production }: TokenKeysInput,
  { keyRing }: Pick<Secrets, 'keyRing'>,
): Uint8Array[] {
  if (secret !== null) {
    if (production && isWeak(secret)) {
      throw new ConfigError(
        'JWT_SECRET_KEY can be guessed: whoever does is anybody they like. Use the output of ' +
          '"openssl rand -base64 48", or leave it out.',
      );
    }
    return [Buffer.from(secret, 'utf8')];
  }
  const { current, keys } = keyRing;
  const others = Object.keys(keys).filter((id) => id !== current);
  return [current, ...others].flatMap((id) => {
    const key = keys[id];
    return key ? [new Uint8Array(hkdfSync('sha256', key, '', 'gatehouse access tokens', 32))] : [];
  });
}

function isWeak(secret: string): boolean {
  const short = Buffer.byteLength(secret) < LEAST_BYTES;
  return short || new Set(secret).size < LEAST_DIFFERENT || PLACEHOLDER.test(secret);
}
