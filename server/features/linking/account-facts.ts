import { type OAuthFacts, oauthFactsOf } from '#shared/oauth-facts.ts';
import { valueAt } from '#shared/sso-claims.ts';
import type { Outbound } from '../../infra/outbound/index.ts';
import type { OpenedClient } from '../oauth-clients/index.ts';

const SILENCE_MS = 10_000;

export type ReadFacts = (
  client: OpenedClient,
  tokens: { accessToken: string; idToken: string | null },
) => Promise<OAuthFacts>;

/** Asks a platform whose account an access token is. One that does not answer tells nothing. */
export function createReadFacts(outbound: Pick<Outbound, 'json'>): ReadFacts {
  async function told(endpoint: string, accessToken: string): Promise<unknown> {
    if (endpoint === '') return undefined;
    try {
      const { data, status } = await outbound.json(endpoint, {
        headers: { accept: 'application/json', authorization: `Bearer ${accessToken}` },
        headersTimeoutMs: SILENCE_MS,
        bodyTimeoutMs: SILENCE_MS,
        signal: AbortSignal.timeout(2 * SILENCE_MS),
      });
      return status === 200 ? data : undefined;
    } catch {
      return undefined;
    }
  }

  return async ({ settings }, { accessToken, idToken }) => {
    const [user, account] = await Promise.all([
      told(settings.userInfoEndpoint, accessToken),
      told(settings.accountInfoEndpoint, accessToken),
    ]);
    const claims = claimsIn(idToken);
    // OpenID Connect Core 1.0, 5.3.2: user info of another one than the ID token names is not used.
    const [named, met] = [valueAt(claims, 'sub'), valueAt(user, 'sub')];
    const isOther = named !== undefined && met !== undefined && named !== met;
    const own = { account, idToken: claims };
    return oauthFactsOf(settings.fields, isOther ? own : { ...own, user });
  };
}

/**
 * What an ID token says. It came over TLS from the token endpoint, so that its signature says nothing
 * more (OpenID Connect Core 1.0, 3.1.3.7); nobody is let in by it.
 */
function claimsIn(idToken: string | null): unknown {
  const payload = idToken?.split('.')[1];
  if (payload === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
