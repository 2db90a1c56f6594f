import { hash, randomBytes, randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';
import type { Clock } from './clock.ts';

/** A new UUIDv7: sorts by the time it was made (the given clock's, else the machine's), and within one millisecond of this process in the order made. */
export function newId(clock?: Pick<Clock, 'now'>): string {
  const msecs = clock ? clock.now() : Date.now();
  const random = nextRandom();
  // Half of the range is left for counting on from.
  sequence =
    msecs === lastMs
      ? sequence + 1
      : new DataView(random.buffer, random.byteOffset).getUint32(6) >>> 1;
  lastMs = msecs;
  return v7({ msecs, seq: sequence, random });
}

let lastMs = -1;
let sequence = 0;

const ID_BYTES = 16;
const pool = new Uint8Array(256 * ID_BYTES);
let unused = 0;

/** Random bytes for one id out of many asked for at once: each request to the system costs more than the id. */
function nextRandom(): Uint8Array {
  if (unused === 0) {
    randomFillSync(pool);
    unused = pool.length;
  }
  unused -= ID_BYTES;
  return pool.subarray(unused, unused + ID_BYTES);
}

/** A new secret: `prefix` and `bytes` random bytes as base64url, e.g. `gh_pV3…`. */
export function newSecret(prefix: string, bytes = 32): string {
  return prefix + randomBytes(bytes).toString('base64url');
}

/** SHA-256 of the text's UTF-8 bytes, 64 lower-case hex digits. For random secrets, not passwords. */
export function sha256hex(text: string): string {
  return hash('sha256', text, 'hex');
}

/** The start of a secret that may be shown to tell keys apart: at most 8 characters or a quarter. */
export function secretPrefix(secret: string): string {
  return secret.slice(0, Math.min(8, Math.floor(secret.length / 4)));
}
