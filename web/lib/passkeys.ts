import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser';
import type { NewPasskey, PasskeyAnswer } from '#shared/schemas/factors.ts';

/** Passkeys belong to a name; browsers have none for an address of digits or an IPv6 one. */
const NUMERIC = /^(\d+\.\d+\.\d+\.\d+|\[.*\])$/;

/** Whether this browser has passkeys for the address the console is open at. */
export function canUsePasskeys(): boolean {
  return browserSupportsWebAuthn() && !NUMERIC.test(location.hostname);
}

/** Whether the person closed the browser's window, or let it wait too long. */
export function isCancelled(error: unknown): boolean {
  return error instanceof Error && /^(NotAllowed|Abort|Timeout)Error$/.test(error.name);
}

/** Whether the device holds a passkey of this person already. */
export function isKnownDevice(error: unknown): boolean {
  return error instanceof Error && error.name === 'InvalidStateError';
}

/** Lets the person choose and unlock a passkey. Throws what isCancelled() knows. */
export async function answerPasskey(
  optionsJSON: PublicKeyCredentialRequestOptionsJSON,
): Promise<PasskeyAnswer> {
  return await startAuthentication({ optionsJSON });
}

/** Makes a passkey on a device of the person's choice. Throws what isCancelled() and isKnownDevice() know. */
export async function makePasskey(
  optionsJSON: PublicKeyCredentialCreationOptionsJSON,
): Promise<NewPasskey> {
  const made = await startRegistration({ optionsJSON });
  return { ...made, response: { ...made.response, transports: made.response.transports ?? [] } };
}
