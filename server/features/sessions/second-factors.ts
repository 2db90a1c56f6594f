import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import type { PasskeyAnswer, SecondFactorMethod } from '#shared/schemas/factors.ts';

/** What the browser's passkey call is given. */
export type PasskeyOptions = Omit<PublicKeyCredentialRequestOptionsJSON, 'extensions'>;

/** What signing in needs of the second factors; features/factors has them. */
export type SecondFactors = {
  /** With what this person proves it the second time; empty = the password is enough. */
  methodsOf(userId: string): Promise<SecondFactorMethod[]>;
  /** Whether it is a code of the person's app that was not used before. It is used then. */
  takeCode(userId: string, code: string): Promise<boolean>;
  /** Whether it is one of the person's recovery codes, not used before. It is used then. */
  takeRecoveryCode(userId: string, code: string): Promise<boolean>;
  /**
   * Asks for a passkey: one of this person's, or, with null, whichever the person chooses.
   * `origin` is the address of our pages as the browser sees it.
   * @throws AppError bad_request where browsers know no passkeys (an address without a name).
   */
  askPasskey(origin: string | null, userId: string | null): Promise<PasskeyOptions>;
  /**
   * Whose passkey answered the challenge.
   * @throws AppError passkey_refused
   */
  takePasskey(given: {
    answer: PasskeyAnswer;
    challenge: string;
    origin: string | null;
  }): Promise<string>;
};
