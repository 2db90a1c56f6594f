import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import Provider, { type AccountClaims, type Grant } from 'oidc-provider';

/** A web server on a port the system chose. */
export async function listening() {
  const server: Server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    server,
    port,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export const CLIENT = { id: 'gatehouse', secret: 'a-secret-of-32-characters-or-more' };

/** What the service knows of somebody; `sub` is their id. */
export type ServicePerson = { sub: string } & Record<string, unknown>;

/**
 * A real OpenID provider. Whoever comes is signed in as `person` at once and agrees to everything.
 */
export async function startOpenIdProvider(redirectUris: string[], given?: ServicePerson) {
  const web = await listening();
  const state = { person: given ?? { sub: 'ada' } };
  const provider = new Provider(web.url, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: redirectUris,
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    cookies: { keys: ['for tests only'] },
    claims: {
      openid: ['sub', 'groups'],
      profile: ['name', 'preferred_username', 'picture'],
      email: ['email', 'email_verified'],
    },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: (): AccountClaims => ({ ...state.person, sub: id }),
    }),
    loadExistingGrant: async (ctx) => agreed(ctx.oidc.provider, ctx.oidc.session?.accountId),
  });
  const answer = provider.callback();
  web.server.on('request', (req, res) => {
    if (!req.url?.startsWith('/interaction/')) return void answer(req, res);
    const login = { accountId: state.person.sub, remember: false };
    provider.interactionFinished(req, res, { login }).catch(() => res.writeHead(500).end());
  });
  return { ...web, state };
}

async function agreed(provider: Provider, accountId: string | undefined): Promise<Grant> {
  const grant = new provider.Grant({ clientId: CLIENT.id, ...(accountId ? { accountId } : {}) });
  grant.addOIDCScope('openid profile email');
  await grant.save();
  return grant;
}

/** Goes where a browser would go, and returns the address it would end at: one of `until`. */
export async function follow(start: string, until: string): Promise<URL> {
  const jar = new Map<string, string>();
  let at = start;
  for (let hops = 0; hops < 10; hops += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(at, { redirect: 'manual', headers: { cookie } });
    await answer.arrayBuffer();
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location === null) throw new Error(`${at} answered ${answer.status} and leads nowhere`);
    at = new URL(location, at).href;
    if (at.startsWith(until)) return new URL(at);
  }
  throw new Error(`${start} never led to ${until}`);
}

type Reply = (req: IncomingMessage, body: string) => Promise<Answered> | Answered;
type Answered = { status?: number; headers?: Record<string, string>; json?: unknown; raw?: string };

/** A server that answers by path as a test says; a path without an answer is a 404. */
export async function startScriptedService() {
  const web = await listening();
  const replies = new Map<string, Reply>();
  const calls: { path: string; authorization: string | undefined; body: string }[] = [];
  const handle: RequestListener = async (req, res) => {
    const body = await text(req);
    const path = new URL(req.url ?? '/', web.url).pathname;
    calls.push({ path, authorization: req.headers.authorization, body });
    const {
      headers,
      json,
      raw,
      status = 200,
    } = (await replies.get(path)?.(req, body)) ?? {
      status: 404,
    };
    res.writeHead(status, { 'content-type': 'application/json', ...headers });
    res.end(raw ?? JSON.stringify(json ?? {}));
  };
  web.server.on('request', handle);
  return { ...web, calls, on: (path: string, reply: Reply) => void replies.set(path, reply) };
}

/** Plain OAuth 2.0 with Linux.do's paths and shapes. `user` is what it tells. */
export async function startLinuxDo(user: Record<string, unknown>) {
  const service = await startScriptedService();
  const state = { user };
  service.on('/oauth2/token', (req, body) => {
    const basic = Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64');
    if (req.headers.authorization !== `Basic ${basic}`) {
      return { status: 401, json: { error: 'invalid_client' } };
    }
    const form = new URLSearchParams(body);
    if (form.get('code') !== 'good-code' || !form.get('redirect_uri')) {
      return { status: 400, json: { error: 'invalid_grant' } };
    }
    const json = { access_token: 'at-1', token_type: 'bearer', expires_in: 3_600 };
    return { json };
  });
  service.on('/api/user', (req) =>
    req.headers.authorization === 'Bearer at-1'
      ? { json: state.user }
      : { status: 401, json: { error: 'invalid_token' } },
  );
  return { ...service, state };
}

/** An OpenID provider that may lie: what its ID token says is the test's word. */
export async function startLiar() {
  const service = await startScriptedService();
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const other = await generateKeyPair('RS256');
  const state = {
    claims: {} as JWTPayload,
    user: {} as Record<string, unknown>,
    issuer: service.url,
    forged: false,
  };
  service.on('/.well-known/openid-configuration', () => ({
    json: {
      issuer: state.issuer,
      authorization_endpoint: `${service.url}/authorize`,
      token_endpoint: `${service.url}/token`,
      userinfo_endpoint: `${service.url}/me`,
      jwks_uri: `${service.url}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    },
  }));
  service.on('/jwks', async () => ({
    json: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }] },
  }));
  service.on('/me', () => ({ json: state.user }));
  service.on('/token', async () => {
    const idToken = await new SignJWT(state.claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .sign(state.forged ? other.privateKey : privateKey);
    return {
      json: { access_token: 'at', token_type: 'bearer', expires_in: 60, id_token: idToken },
    };
  });
  return { ...service, state };
}
