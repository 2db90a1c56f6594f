import { z } from 'zod';
import type { Cipher } from '../../infra/cipher.ts';

/** What an attempt keeps sealed: what it needs to go on, later the tokens that came. */
const Held = z.object({
  verifier: z.string().nullish(),
  device: z
    .object({
      code: z.string(),
      userCode: z.string(),
      verificationUri: z.string(),
      completeUri: z.string().nullable(),
    })
    .optional(),
  tokens: z
    .object({
      accessToken: z.string(),
      refreshToken: z.string(),
      expiresAt: z.iso.datetime().nullable(),
      idToken: z.string().nullable(),
    })
    .optional(),
});
export type Held = z.infer<typeof Held>;
export type HeldTokens = NonNullable<Held['tokens']>;

const placeOf = (id: string) => ({ table: 'link_attempts', column: 'secret', id });

export function sealHeld(cipher: Pick<Cipher, 'seal'>, id: string, held: Held): string {
  return cipher.seal(JSON.stringify(held), placeOf(id));
}

/** Throws like the cipher; an attempt without a secret holds nothing. */
export function openHeld(cipher: Pick<Cipher, 'open'>, id: string, sealed: string | null): Held {
  return sealed === null ? {} : Held.parse(JSON.parse(cipher.open(sealed, placeOf(id))));
}
