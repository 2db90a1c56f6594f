import { createHash } from 'node:crypto';
import { startScriptedService } from './sign-in-services.ts';

/** The client that every test's provider knows. */
export const LINK_CLIENT = { id: 'linker', secret: 'a-secret-of-some-length' };

/**
 * A platform's provider where everybody says yes at once: codes are good once and with their verifier
 * only, refresh tokens turn, and what a device is told is the test's word.
 */
export async function startLinkProvider() {
  const service = await startScriptedService();
  const codes = new Map<string, { challenge: string | null; redirectUri: string }>();
  const state = {
    person: { sub: 'p-1', email: 'Ann@Example.com', name: 'Ann', plan: { name: 'pro' } } as Record<
      string,
      unknown
    >,
    /** What a device's question is answered with, one after the other; none left = tokens. */
    device: [] as { status: number; json: unknown }[],
    /** Seconds between two questions whether a device code was entered. */
    interval: 5,
    /** Whether refresh tokens are given. */
    lasting: true,
    /** Answer of the token endpoint in place of tokens. */
    broken: null as { status: number; json: unknown } | null,
    made: 0,
  };
  /** Whose a token is: null = whoever comes with it first. */
  const refreshTokens = new Map<string, object | null>([['rt-given', null]]);
  const accessTokens = new Map<string, object>();

  function tokens(person: object = state.person) {
    state.made += 1;
    const refresh = `rt-${state.made}`;
    refreshTokens.set(refresh, person);
    accessTokens.set(`Bearer at-${state.made}`, person);
    return {
      json: {
        ...{ access_token: `at-${state.made}`, token_type: 'bearer', expires_in: 3_600 },
        ...(state.lasting && { refresh_token: refresh }),
      },
    };
  }

  const no = (error: string) => ({ status: 400, json: { error } });

  function byCode(form: URLSearchParams) {
    const code = form.get('code') ?? '';
    const known = codes.get(code);
    codes.delete(code);
    const hash = createHash('sha256').update(form.get('code_verifier') ?? '');
    const isGood =
      known?.redirectUri === form.get('redirect_uri') &&
      (known.challenge === null || known.challenge === hash.digest('base64url'));
    return isGood ? tokens() : no('invalid_grant');
  }

  service.on('/token', (_req, body) => {
    const form = new URLSearchParams(body);
    if (state.broken) return state.broken;
    if (form.get('client_id') !== LINK_CLIENT.id) {
      return { status: 401, json: { error: 'invalid_client' } };
    }
    const grant = form.get('grant_type');
    if (grant === 'authorization_code') return byCode(form);
    if (grant === 'refresh_token') {
      const token = form.get('refresh_token') ?? '';
      const person = refreshTokens.get(token);
      return refreshTokens.delete(token) ? tokens(person ?? state.person) : no('invalid_grant');
    }
    return state.device.shift() ?? tokens();
  });
  service.on('/device', () => ({
    json: {
      ...{ device_code: 'dc-1', user_code: 'ABCD-EFGH', expires_in: 600, interval: state.interval },
      verification_uri: `${service.url}/activate`,
      verification_uri_complete: `${service.url}/activate?user_code=ABCD-EFGH`,
    },
  }));
  service.on('/me', (req) => ({ json: accessTokens.get(req.headers.authorization ?? '') ?? {} }));
  service.on('/authorize', (req) => {
    const back = approve(new URL(req.url ?? '/', service.url).href);
    return { status: 302, headers: { location: back } };
  });
  service.on('/.well-known/openid-configuration', () => ({
    json: {
      issuer: service.url,
      authorization_endpoint: `${service.url}/authorize`,
      token_endpoint: `${service.url}/token`,
      device_authorization_endpoint: `${service.url}/device`,
      userinfo_endpoint: `${service.url}/me`,
      scopes_supported: ['openid', 'email', 'other'],
    },
  }));

  /** The address a browser ends at that went there and said yes. */
  function approve(address: string): string {
    const asked = new URL(address).searchParams;
    const redirectUri = asked.get('redirect_uri') ?? '';
    const code = `code-${codes.size}-${asked.get('state')}`;
    codes.set(code, { challenge: asked.get('code_challenge'), redirectUri });
    const back = new URL(redirectUri);
    back.searchParams.set('code', code);
    back.searchParams.set('state', asked.get('state') ?? '');
    return back.href;
  }

  /** What a client of it is set up with. */
  const settings = (redirectUri = '') => ({
    authorizationEndpoint: `${service.url}/authorize`,
    tokenEndpoint: `${service.url}/token`,
    deviceEndpoint: `${service.url}/device`,
    revocationEndpoint: '',
    redirectUri,
    scopes: 'openid offline_access',
    authorizeParams: { access_type: 'offline' },
    tokenFormat: 'form' as const,
    tokenAuth: 'none' as const,
    usePkce: true,
    userInfoEndpoint: `${service.url}/me`,
    accountInfoEndpoint: '',
    fields: { subject: 'sub', email: 'email', userName: 'name', plan: 'plan.name', planEnds: '' },
  });

  /** A refresh token that is good once; of whoever comes with it first. */
  function give(token: string): string {
    refreshTokens.set(token, null);
    return token;
  }

  return { ...service, state, approve, give, settings };
}
export type LinkProvider = Awaited<ReturnType<typeof startLinkProvider>>;
