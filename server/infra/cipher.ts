import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AppError } from '#shared/errors.ts';

/** Where a sealed value lives; a value moved to another place does not open. */
export type Place = { table: string; column: string; id: string };

export type KeyRing = {
  /** The key that seals. */
  current: string;
  /** Every key that may open, 32 bytes each, by id (letters, digits, `-`, `_`). */
  keys: Readonly<Record<string, Buffer>>;
};

export type Cipher = {
  /** Seals UTF-8 text for one place: `v1.<keyId>.<nonce>.<ciphertext+tag>`. */
  seal(plain: string, place: Place): string;
  /** Opens a sealed value. Throws AppError `internal` when it was altered, moved or its key is gone. */
  open(sealed: string, place: Place): string;
  /** Whether the value was sealed with another key than the current one. */
  needsReseal(sealed: string): boolean;
};

type Parts = { keyId: string; nonce: Buffer; body: Buffer };

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const HEAD = /^v1\.([\w-]+)\.([\w-]{16})\./;

/**
 * Seals secrets at rest with AES-256-GCM, bound to table, column and row. No message of its errors
 * carries any part of a value.
 * @throws AppError `internal` when the ring has no current key or a key of another length.
 */
export function createCipher(ring: KeyRing): Cipher {
  const keys = new Map(Object.entries(ring.keys));
  for (const [id, key] of keys) {
    if (!/^[\w-]+$/.test(id) || key.length !== KEY_BYTES) {
      throw new AppError('internal', `Encryption key "${id}" must be ${KEY_BYTES} bytes long.`);
    }
  }
  const sealing = keys.get(ring.current);
  if (!sealing) throw unknownKey(ring.current);

  return {
    seal(plain, place) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, sealing, nonce).setAAD(placeBytes(place));
      const body = Buffer.concat([
        cipher.update(plain, 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
      return `v1.${ring.current}.${nonce.toString('base64url')}.${body.toString('base64url')}`;
    },
    open(sealed, place) {
      const { keyId, nonce, body } = parse(sealed, place);
      const key = keys.get(keyId);
      if (!key) throw unknownKey(keyId);
      const end = body.length - TAG_BYTES;
      try {
        const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
          .setAAD(placeBytes(place))
          .setAuthTag(body.subarray(end));
        const start = decipher.update(body.subarray(0, end));
        return Buffer.concat([start, decipher.final()]).toString('utf8');
      } catch {
        throw damaged(place);
      }
    },
    needsReseal: (sealed) => !sealed.startsWith(`v1.${ring.current}.`),
  };
}

/** A cipher whose ring may be turned to another one while it is in use. */
export type TurningCipher = Cipher & { ring(): KeyRing; turnTo(ring: KeyRing): void };

/** @throws AppError `internal` like `createCipher`; a ring that is refused leaves the one before. */
export function createTurningCipher(first: KeyRing): TurningCipher {
  let ring = first;
  let cipher = createCipher(first);
  return {
    seal: (plain, place) => cipher.seal(plain, place),
    open: (sealed, place) => cipher.open(sealed, place),
    needsReseal: (sealed) => cipher.needsReseal(sealed),
    ring: () => ring,
    turnTo(next) {
      cipher = createCipher(next);
      ring = next;
    },
  };
}

// JSON keeps the three apart: no two places have the same bytes.
function placeBytes({ table, column, id }: Place): Buffer {
  return Buffer.from(JSON.stringify([table, column, id]));
}

function parse(sealed: string, place: Place): Parts {
  // NOTE: the body is not matched, for an expression runs out of stack on many megabytes.
  const [head, keyId, nonceText] = HEAD.exec(sealed) ?? [];
  if (!head || !keyId || !nonceText) throw damaged(place);
  const bodyText = sealed.slice(head.length);
  const nonce = Buffer.from(nonceText, 'base64url');
  const body = Buffer.from(bodyText, 'base64url');
  // Spare bits at the end of base64 would let a changed text decode to the same bytes.
  const isExact = body.toString('base64url') === bodyText && body.length >= TAG_BYTES;
  if (!isExact || nonce.length !== NONCE_BYTES) throw damaged(place);
  return { keyId, nonce, body };
}

function unknownKey(id: string): AppError {
  return new AppError(
    'internal',
    `Encryption key "${id}" is not in the key ring. Put it back, or enter the secrets again.`,
  );
}

function damaged({ table, column, id }: Place): AppError {
  return new AppError(
    'internal',
    `The sealed value in ${table}.${column} of row ${id} cannot be opened: it was altered or belongs elsewhere. Enter the secret again.`,
  );
}
