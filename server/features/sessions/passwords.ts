import { hash, verify } from '@node-rs/bcrypt';
import { type Chooser, refuseWeak } from './weak-passwords.ts';

export type Passwords = {
  /** bcrypt hash of a password of at most 72 bytes. */
  hash(password: string): Promise<string>;
  /**
   * The same for one that somebody chooses now. Throws AppError bad_request about `param` for what
   * anybody would guess.
   */
  choose(password: string, who: Chooser, param?: string): Promise<string>;
  /** Takes as long whether or not there is a hash to compare with. */
  matches(password: string, stored: string | null): Promise<boolean>;
};

/** bcrypt reads no further, so a longer text would match any password it starts with. */
const LONGEST_BYTES = 72;

/** `rounds` is bcrypt's cost: 12 in production, as contract 004 exchanges such hashes. */
export function createPasswords(rounds = 12): Passwords {
  // A hash no password has: its digest was not made from one. Comparing with it costs the same.
  const nobody = `$2b$${String(rounds).padStart(2, '0')}$${'G'.repeat(21)}u${'.'.repeat(31)}`;
  return {
    hash: (password) => hash(password, { cost: rounds }),
    async choose(password, who, param = 'password') {
      await refuseWeak(password, who, param);
      return await hash(password, { cost: rounds });
    },
    async matches(password, stored) {
      const tooLong = Buffer.byteLength(password) > LONGEST_BYTES;
      const same = await verify(password, stored ?? nobody);
      return same && stored !== null && !tooLong;
    },
  };
}
