import { z } from 'zod';
import type { Profile, TokenPair } from '../../features/tokens/index.ts';

/** A person as contract 000 tells of them. */
export const User = z
  .object({
    id: z.int(),
    username: z.string(),
    avatar_url: z.string().nullable(),
    trust_level: z.int(),
    is_active: z.boolean(),
    is_silenced: z.boolean(),
    beta: z.int(),
    created_at: z.string(),
    last_login_at: z.string().nullable(),
  })
  .meta({ id: 'User' });

export const TokenAnswer = z
  .object({
    access_token: z.string(),
    refresh_token: z.string(),
    token_type: z.literal('bearer'),
    /** Seconds for which the access token is good. */
    expires_in: z.int(),
  })
  .meta({ id: 'Tokens' });

export const LoginAnswer = TokenAnswer.extend({ user: User }).meta({ id: 'Login' });

export const Done = z.object({ message: z.string(), success: z.literal(true) });

export function userOf(profile: Profile): z.input<typeof User> {
  return {
    id: profile.number,
    username: profile.username,
    avatar_url: profile.avatarUrl || null,
    trust_level: profile.trustLevel,
    is_active: profile.state === 'active' || profile.state === 'silenced',
    is_silenced: profile.state === 'silenced',
    beta: Number(profile.beta),
    created_at: profile.createdAt.toISOString(),
    last_login_at: profile.lastSignInAt?.toISOString() ?? null,
  };
}

export function pairOf({
  accessToken,
  expiresInS,
  refreshToken,
}: TokenPair): z.input<typeof TokenAnswer> {
  return {
    access_token: accessToken,
    refresh_token: refreshToken,
    token_type: 'bearer',
    expires_in: expiresInS,
  };
}
