import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import type { SsoSettings } from '#shared/schemas/sso.ts';
import type { Outbound } from '../../infra/outbound/index.ts';

/** Source: https://docs.github.com/rest/users/emails#list-email-addresses-for-the-authenticated-user */
const MailAddresses = z.array(
  z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }),
);

/**
 * What a plain OAuth 2.0 service tells of the owner of an access token: an object as it came, with
 * their first mail address where the service has a list of its own for these.
 * @throws AppError sso_user_info_failed
 */
export async function bareUserOf(
  outbound: Pick<Outbound, 'json'>,
  { emailsEndpoint, userInfoEndpoint }: SsoSettings,
  accessToken: string,
): Promise<Record<string, unknown>> {
  const ask = async (url: string): Promise<unknown> => {
    const { data, status } = await outbound.json(url, {
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${accessToken}`,
        'user-agent': 'gatehouse',
      },
      headersTimeoutMs: 10_000,
      bodyTimeoutMs: 10_000,
    });
    if (status !== 200) throw userInfoFailed();
    return data;
  };
  const user = z.record(z.string(), z.unknown()).safeParse(await ask(userInfoEndpoint));
  if (!user.success) throw userInfoFailed();
  if (emailsEndpoint === '') return user.data;
  const all = MailAddresses.safeParse(await ask(emailsEndpoint));
  // The address on somebody's page is theirs to write; only the list says what was confirmed.
  const first = all.success ? all.data.find(({ primary }) => primary) : undefined;
  return {
    ...user.data,
    email: first?.email ?? null,
    email_verified: first?.verified ?? false,
  };
}

function userInfoFailed(): AppError {
  return new AppError(
    'sso_user_info_failed',
    'The other service did not say who you are. Begin again.',
  );
}
