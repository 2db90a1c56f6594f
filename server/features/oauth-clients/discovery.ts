import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import type { OAuthDiscovered } from '#shared/schemas/oauth-clients.ts';
import type { Outbound } from '../../infra/outbound/index.ts';

const Address = z.url({ protocol: /^https?$/ }).max(500);
const Maybe = Address.catch('').default('');

/** OpenID Connect Discovery 1.0, section 3, and RFC 8414, section 2; RFC 8628, section 4. */
const Metadata = z.object({
  issuer: z.string().max(500),
  authorization_endpoint: Maybe,
  token_endpoint: Address,
  device_authorization_endpoint: Maybe,
  revocation_endpoint: Maybe,
  userinfo_endpoint: Maybe,
  scopes_supported: z.array(z.string().max(200)).max(500).catch([]).default([]),
});

/** What one wants of the scopes that are offered: who it is, and tokens that last. */
const WANTED = ['openid', 'email', 'profile', 'offline_access'];
const SILENCE_MS = 10_000;

/**
 * Reads where an issuer's endpoints are.
 * @throws AppError upstream_failed when it has no such document or it is another issuer's; like outbound.
 */
export async function discoverEndpoints(
  outbound: Pick<Outbound, 'json'>,
  issuer: string,
): Promise<OAuthDiscovered> {
  for (const address of addressesOf(issuer)) {
    const found = await documentAt(outbound, address);
    if (found === null) continue;
    if (bare(found.issuer) !== bare(issuer)) {
      throw new AppError(
        'upstream_failed',
        'The discovery document there is another issuer’s. Check the address, or fill in the endpoints yourself.',
        { param: 'issuer' },
      );
    }
    return {
      authorizationEndpoint: found.authorization_endpoint,
      tokenEndpoint: found.token_endpoint,
      deviceEndpoint: found.device_authorization_endpoint,
      revocationEndpoint: found.revocation_endpoint,
      userInfoEndpoint: found.userinfo_endpoint,
      scopes: WANTED.filter((scope) => found.scopes_supported.includes(scope)).join(' '),
    };
  }
  throw new AppError(
    'upstream_failed',
    'There is no discovery document at that address. Check it, or fill in the endpoints yourself.',
    { param: 'issuer' },
  );
}

async function documentAt(outbound: Pick<Outbound, 'json'>, address: string) {
  const answer = await outbound
    .json(address, {
      headers: { accept: 'application/json' },
      headersTimeoutMs: SILENCE_MS,
      bodyTimeoutMs: SILENCE_MS,
    })
    .catch((error: unknown) => {
      // Something that is not JSON is no document; what cannot be called at all is told as it is.
      if (error instanceof AppError && error.code === 'upstream_failed') return null;
      throw error;
    });
  if (answer?.status !== 200) return null;
  return Metadata.safeParse(answer.data).data ?? null;
}

/** RFC 8414 puts its name before the issuer's path, OpenID Connect behind it. */
function addressesOf(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/+$/, '');
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
}

function bare(issuer: string): string {
  return issuer.replace(/\/+$/, '');
}
