import { z } from 'zod';
import type { AskedAccount, Leasing } from '../../features/vault-secrets/index.ts';
import type { Rest } from '../rest.ts';
import { publicApiErrors } from './public-errors.ts';
import { createSecretIdentify, holderOf, type SecretIdentifyDeps } from './secret-identify.ts';

export type PublicApiDeps = SecretIdentifyDeps & {
  /** Where the routes are, e.g. `/public-api`. */
  prefix: string;
  leasing: Leasing;
};

/** A day: longer than access tokens live. */
const LONGEST_TTL_S = 86_400;

/** Clients written in Go send empty texts, or null, for what they leave out. */
const Text = z
  .string()
  .max(255)
  .nullish()
  .transform((text) => text || undefined);

const Wanted = z
  .object({
    biz_id: Text,
    email: Text,
    min_ttl: z
      .int('must be a whole number of seconds')
      .min(0)
      .max(LONGEST_TTL_S)
      .nullish()
      .meta({ description: 'Seconds the token is to be good for; refreshed when less is left' }),
  })
  .refine(({ biz_id: bizId, email }) => bizId !== undefined || email !== undefined, {
    error: 'say which account: biz_id or email',
  });

const Told = z.object({
  success: z.literal(true),
  msg: z.string(),
  data: z.object({
    biz_id: z.string(),
    email: z.string(),
    access_token: z.string().meta({ description: 'Empty when the account has none' }),
    refresh_token: z.string().meta({ description: 'Empty unless the secret is for it' }),
    type: z.string().meta({ description: 'The plan, e.g. plus' }),
    user_name: z.string(),
    expires_at: z.iso.datetime().nullable().meta({ description: 'Null when it is not known' }),
  }),
});

/** Contract 003, 3.1: programs lease access tokens. */
export function addPublicApi(rest: Rest, { leasing, prefix, ...who }: PublicApiDeps): void {
  const identify = createSecretIdentify(who);
  const shared = {
    auth: 'key',
    credential: 'secret',
    errors: publicApiErrors,
    tag: 'Leases of access tokens',
  } as const;

  rest.route(
    {
      ...shared,
      method: 'GET',
      path: `${prefix}/health`,
      summary: 'Whether the secret is good',
      identify: identify(null),
      answers: { 200: z.object({ status: z.literal('ok'), message: z.string() }) },
    },
    () => ({ status: 'ok' as const, message: 'The service is running.' }),
  );

  rest.route(
    {
      ...shared,
      method: 'POST',
      path: `${prefix}/get-at`,
      summary: 'The access token of an account',
      identify: identify('read'),
      body: Wanted,
      answers: { 200: Told },
    },
    async ({ address, body, caller }) => {
      const leaser = { holder: holderOf(caller), address };
      return told('Here is the access token.', await leasing.read(leaser, wishOf(body)));
    },
  );

  rest.route(
    {
      ...shared,
      method: 'POST',
      path: `${prefix}/refresh`,
      summary: 'A new access token of an account',
      identify: identify('refresh'),
      body: Wanted,
      answers: { 200: Told },
    },
    async ({ address, body, caller }) => {
      const leaser = { holder: holderOf(caller), address };
      return told('The access token is new.', await leasing.refresh(leaser, wishOf(body)));
    },
  );
}

function wishOf({ biz_id: bizId, email, min_ttl: seconds }: z.output<typeof Wanted>) {
  const account: AskedAccount = bizId === undefined ? { email: email ?? '' } : { bizId };
  return { account, minTtlMs: (seconds ?? 0) * 1_000 };
}

function told(msg: string, leased: Awaited<ReturnType<Leasing['read']>>) {
  return {
    success: true as const,
    msg,
    data: {
      biz_id: leased.bizId,
      email: leased.email,
      access_token: leased.accessToken,
      refresh_token: leased.refreshToken,
      type: leased.plan,
      user_name: leased.userName,
      expires_at: leased.expiresAt?.toISOString() ?? null,
    },
  };
}
