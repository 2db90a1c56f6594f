import * as oidc from 'openid-client';
import { AppError } from '#shared/errors.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Outbound } from '../../infra/outbound/index.ts';
import { createOutboundFetch } from './outbound-fetch.ts';
import type { Provider } from './provider.ts';
import { bareUserOf } from './user-info.ts';

/** How long a discovery document is believed. */
const DISCOVERED_MS = 600_000;

/** What of a sign-in has to fit its answer. */
export type Expected = {
  state: string;
  nonce: string;
  verifier: string;
  redirectUri: string;
  /** Whether the person has to prove there anew who they are. */
  anew: boolean;
};

/** OpenID Connect Core 1.0, section 3.1.2.1: no session of the service will do. */
const ANEW = { prompt: 'login', max_age: '0' };

/** What a service sent the browser back with. */
export type Returned = { code: string; iss: string | undefined };

export type ProviderCallsDeps = {
  outbound: Pick<Outbound, 'request' | 'json'>;
  clock: Pick<Clock, 'now'>;
};

/**
 * Calls of services by OpenID Connect Core 1.0 and OAuth 2.0 (RFC 6749, 7636, 9207), all through the
 * guarded client.
 */
export function createProviderCalls({ outbound, clock }: ProviderCallsDeps) {
  const fetch = createOutboundFetch(outbound);
  const known = new Map<string, { at: number; version: string; config: oidc.Configuration }>();

  async function discover(provider: Provider): Promise<oidc.Configuration> {
    const { clientId, settings } = provider;
    const issuer = new URL(settings.issuer);
    const options = {
      [oidc.customFetch]: fetch,
      execute: issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [],
    };
    const config = await oidc.discovery(issuer, clientId, {}, authOf(provider), options);
    // NOTE: TLS alone would do (Core, 3.1.3.7); a signature also holds behind whoever ends the TLS.
    oidc.enableNonRepudiationChecks(config);
    return config;
  }

  function describe(provider: Provider): oidc.Configuration {
    const { clientId, settings } = provider;
    const { authorizationEndpoint, issuer, tokenEndpoint } = settings;
    const server = {
      issuer: issuer || new URL(authorizationEndpoint).origin,
      authorization_endpoint: authorizationEndpoint,
      token_endpoint: tokenEndpoint,
    };
    const config = new oidc.Configuration(server, clientId, {}, authOf(provider));
    config[oidc.customFetch] = fetch;
    if (tokenEndpoint.startsWith('http:')) oidc.allowInsecureRequests(config);
    return config;
  }

  async function configOf(provider: Provider): Promise<oidc.Configuration> {
    const { id, settings, version } = provider;
    const found = known.get(id);
    const fresh = found?.version === version && clock.now() - found.at < DISCOVERED_MS;
    if (found && fresh) return found.config;
    const config = settings.kind === 'oidc' ? await discover(provider) : describe(provider);
    known.set(id, { at: clock.now(), version, config });
    return config;
  }

  return {
    /** Reads the discovery document anew. @throws AppError upstream_failed, outbound_refused, … */
    discovered: (provider: Provider) =>
      told(async () => (await discover(provider)).serverMetadata()),

    /**
     * Where a browser goes to sign in there.
     * @throws AppError upstream_failed, upstream_timeout, outbound_refused when it cannot be asked.
     */
    authorizationUrl: (provider: Provider, expected: Expected): Promise<string> =>
      told(async () => {
        const config = await configOf(provider);
        const { kind, scopes } = provider.settings;
        const url = oidc.buildAuthorizationUrl(config, {
          redirect_uri: expected.redirectUri,
          state: expected.state,
          code_challenge: await oidc.calculatePKCECodeChallenge(expected.verifier),
          code_challenge_method: 'S256',
          ...(scopes === '' ? {} : { scope: scopes }),
          ...(kind === 'oidc' ? { nonce: expected.nonce } : {}),
          ...(kind === 'oidc' && expected.anew ? ANEW : {}),
        });
        return url.href;
      }),

    /**
     * What the service tells of whoever came back with this code.
     * @throws AppError sso_exchange_failed, sso_user_info_failed.
     */
    async claimsOf(provider: Provider, expected: Expected, returned: Returned): Promise<unknown> {
      const { config, tokens } = await orElse(exchangeFailed, async () => {
        const ready = await configOf(provider);
        return { config: ready, tokens: await exchange(ready, provider, expected, returned) };
      });
      return await orElse(userInfoFailed, async () => {
        if (provider.settings.kind === 'oauth2') {
          return await bareUserOf(outbound, provider.settings, tokens.access_token);
        }
        const claims = tokens.claims();
        if (!claims) throw userInfoFailed();
        if (!config.serverMetadata().userinfo_endpoint) return claims;
        const info = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
        return { ...info, ...claims };
      });
    },
  };
}
export type ProviderCalls = ReturnType<typeof createProviderCalls>;

function exchange(
  config: oidc.Configuration,
  { settings }: Provider,
  { nonce, redirectUri, state, verifier }: Expected,
  { code, iss }: Returned,
) {
  const isOidc = settings.kind === 'oidc';
  const came = new URL(redirectUri);
  came.searchParams.set('code', code);
  came.searchParams.set('state', state);
  // Where no issuer is known there is nothing to compare; the redirect URI tells services apart.
  if (iss !== undefined && settings.issuer !== '') came.searchParams.set('iss', iss);
  return oidc.authorizationCodeGrant(config, came, {
    expectedState: state,
    pkceCodeVerifier: verifier,
    ...(isOidc ? { expectedNonce: nonce, idTokenExpected: true } : {}),
  });
}

function authOf({ secret, settings }: Provider): oidc.ClientAuth {
  if (secret === null) return oidc.None();
  return settings.tokenAuth === 'basic' ? basicAuth(secret) : oidc.ClientSecretPost(secret);
}

/**
 * HTTP Basic as in RFC 6749, 2.3.1. The library's own also encodes what need not be, such as dashes,
 * which services that do not decode take for another secret.
 */
function basicAuth(secret: string): oidc.ClientAuth {
  const encode = (text: string) => encodeURIComponent(text).replaceAll('%20', '+');
  return (_as, client, _body, headers) => {
    const pair = `${encode(client.client_id)}:${encode(secret)}`;
    headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`);
  };
}

/** The guarded client's own refusals keep their words; whatever else the library throws gets ours. */
async function told<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw ourErrorIn(error) ?? unreachable(error);
  }
}

/** Whoever signs in is told which step failed; why stands in the cause, for the log. */
async function orElse<Result>(
  failure: (cause?: unknown) => AppError,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw failure(error);
  }
}

function ourErrorIn(error: unknown): AppError | null {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (at instanceof AppError) return at;
  }
  return null;
}

function unreachable(cause?: unknown): AppError {
  return new AppError(
    'upstream_failed',
    `The sign-in service does not answer as it should${reasonOf(cause)}. An admin can test its settings.`,
    { cause },
  );
}

function exchangeFailed(cause?: unknown): AppError {
  return new AppError(
    'sso_exchange_failed',
    'The other service did not confirm this sign-in. Begin again.',
    { cause },
  );
}

function userInfoFailed(cause?: unknown): AppError {
  return new AppError(
    'sso_user_info_failed',
    'The other service did not say who you are. Begin again.',
    { cause },
  );
}

/** The library's codes are words of its own and hold nothing of what was sent. */
function reasonOf(cause: unknown): string {
  const code = cause instanceof Error ? (cause as Error & { code?: unknown }).code : undefined;
  return typeof code === 'string' ? ` (${code})` : '';
}
