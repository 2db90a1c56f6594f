import { generateSecret, generateURI, verifySync } from 'otplib';

/** Length of a time step. Source: RFC 6238, section 4. */
const STEP_S = 30;
/** How far a phone's clock may be off, either way. */
const WINDOW_S = STEP_S;

/** A new secret for an authenticator app: 160 bits, base32. */
export const newTotpSecret = (): string => generateSecret();

/** What a QR code for authenticator apps holds. */
export const totpAddress = (secret: string, username: string): string =>
  generateURI({ issuer: 'Gatehouse', label: username, secret });

/**
 * The time step whose code it is, one step before or after the present one at most; null = of none.
 * `nowMs` is epoch milliseconds.
 */
export function stepOfCode(secret: string, code: string, nowMs: number): bigint | null {
  if (!/^[0-9]{6}$/.test(code)) return null;
  const epoch = Math.floor(nowMs / 1_000);
  const found = verifySync({ secret, token: code, epoch, epochTolerance: WINDOW_S });
  return found.valid ? BigInt(Math.floor(epoch / STEP_S) + found.delta) : null;
}
