import { randomUUID } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import type { Clock } from '../../infra/clock.ts';

/** Longer than any we make: what is, is not read. */
const LONGEST = 2_048;

const Claims = z.object({
  /** The person's number, as text. */
  sub: z.string().regex(/^[1-9][0-9]{0,9}$/),
  username: z.string(),
  iat: z.int(),
  exp: z.int(),
  jti: z.uuid(),
  type: z.literal('access'),
  /** The sign-in it comes from. */
  family: z.uuid(),
  /** When the person gave password or code for it, epoch seconds. */
  auth_time: z.int(),
});
export type AccessClaims = z.infer<typeof Claims>;

export type AccessTokensDeps = {
  /** The first signs, all of them check. 32 bytes and more each. */
  keys: readonly Uint8Array[];
  /** How long one is good for. */
  lifeMs: number;
  clock: Pick<Clock, 'now'>;
};

/** JWTs signed with HMAC-SHA-256 (contract 000, section 5). */
export function createAccessTokens({ keys, lifeMs, clock }: AccessTokensDeps) {
  const [signingKey] = keys;
  if (!signingKey) throw new Error('access tokens need a key');
  const seconds = () => Math.floor(clock.now() / 1000);

  async function payloadOf(text: string): Promise<unknown> {
    for (const [at, key] of keys.entries()) {
      try {
        // NOTE: the algorithm is ours to say, never the token's.
        const checked = await jwtVerify(text, key, {
          algorithms: ['HS256'],
          currentDate: new Date(clock.now()),
        });
        return checked.payload;
      } catch (error) {
        if (error instanceof errors.JWTExpired) {
          throw new AppError('token_expired', 'This access token has expired. Refresh it.');
        }
        const foreign = error instanceof errors.JWSSignatureVerificationFailed;
        if (!foreign || at === keys.length - 1) throw invalidToken(error);
      }
    }
    throw invalidToken();
  }

  return {
    sign(claims: Pick<AccessClaims, 'sub' | 'username' | 'family' | 'auth_time'>): Promise<string> {
      const iat = seconds();
      return new SignJWT({ ...claims, type: 'access', jti: randomUUID() })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuedAt(iat)
        .setExpirationTime(iat + Math.floor(lifeMs / 1000))
        .sign(signingKey);
    },

    /** @throws AppError token_invalid, token_expired */
    async verify(text: string): Promise<AccessClaims> {
      if (text.length > LONGEST) throw invalidToken();
      const claims = Claims.safeParse(await payloadOf(text));
      if (!claims.success) throw invalidToken(claims.error);
      return claims.data;
    },
  };
}
export type AccessTokens = ReturnType<typeof createAccessTokens>;

export function invalidToken(cause?: unknown): AppError {
  return new AppError('token_invalid', 'This token is not valid. Sign in again.', { cause });
}
