import type { ProviderSave } from '#shared/schemas/sso.ts';
import { SSO_PRESETS } from '#shared/sso-presets.ts';
import { PASSWORD } from './app.ts';
import { startOlderClient } from './older-client.ts';
import {
  CLIENT,
  follow,
  startLinuxDo,
  startOpenIdProvider,
  startScriptedService,
} from './sign-in-services.ts';

/** The page of a front end of the older system, as it is registered at Linux.do. */
export const FRONT_END = 'https://front.example/callback';

/** The three doors of contract 000, and which service each leads to. */
export const DOORS = {
  sso: { begins: '/api/auth/sso/initiate', ends: '/api/auth/sso/callback', method: 'GET' },
  github: { begins: '/api/auth/github/login', ends: '/api/auth/github/callback', method: 'POST' },
  company: doorOf('company'),
} as const;
export type Door = { begins: string; ends: string; method: 'GET' | 'POST' };

/** Of any service that is stored. */
export function doorOf(id: string): Door {
  const at = `/api/auth/oidc/${id}`;
  return { begins: `${at}/login`, ends: `${at}/callback`, method: 'POST' };
}

type Answer = { code?: string; state: string; iss?: string };
export type OlderSso = Awaited<ReturnType<typeof startOlderSso>>;

/** GitHub's shapes. `state.user` is who agrees there. */
async function startGitHub() {
  const service = await startScriptedService();
  const state = { user: {} as Record<string, unknown> };
  service.on('/login/oauth/access_token', (_req, body) => {
    const form = new URLSearchParams(body);
    const known = form.get('client_secret') === CLIENT.secret && form.get('code') === 'good-code';
    return known
      ? { json: { access_token: 'gho_1', token_type: 'bearer', scope: 'read:user' } }
      : { json: { error: 'bad_verification_code' } };
  });
  service.on('/user', () => ({ json: state.user }));
  service.on('/user/emails', () => ({ json: [] }));
  return { ...service, state };
}

/**
 * A server with a service behind each door of contract 000: Linux.do of the environment, GitHub, and a
 * real OpenID provider called `company`; and clients of the older system that keep cookies or do not.
 */
export async function startOlderSso() {
  const linuxDo = await startLinuxDo({ id: 1, username: 'lin' });
  const gitHub = await startGitHub();
  const client = await startOlderClient({
    OUTBOUND_ALLOW: '127.0.0.1',
    OAUTH_CLIENT_ID: CLIENT.id,
    OAUTH_CLIENT_SECRET: CLIENT.secret,
    OAUTH_REDIRECT_URI: FRONT_END,
    OAUTH_AUTHORIZATION_ENDPOINT: `${linuxDo.url}/oauth2/authorize`,
    OAUTH_TOKEN_ENDPOINT: `${linuxDo.url}/oauth2/token`,
    OAUTH_USER_INFO_ENDPOINT: `${linuxDo.url}/api/user`,
  });
  const { url: origin, infra } = client.h;
  const { db } = infra;
  const company = await startOpenIdProvider([`${origin}/sso/callback/company`]);
  const admin = (await console('sessions.signIn', { username: 'ada', password: PASSWORD })).cookie;

  /** What our own pages ask. */
  async function console(path: string, input: object, cookie?: string) {
    const res = await fetch(`${origin}/trpc/${path}`, {
      method: 'POST',
      headers: {
        origin,
        'content-type': 'application/json',
        ...(cookie !== undefined && { cookie }),
      },
      body: JSON.stringify(input),
    });
    const text = await res.text();
    return { status: res.status, text, cookie: cookieOf(res.headers) ?? '' };
  }

  /** Adds a service as an admin does. */
  async function addService(
    id: string,
    preset: keyof typeof SSO_PRESETS,
    settings: Partial<ProviderSave['settings']>,
  ): Promise<void> {
    const { status, text } = await console(
      'sso.saveProvider',
      {
        ...{ id, name: id, enabled: true, clientId: CLIENT.id, secret: CLIENT.secret, isNew: true },
        settings: { ...SSO_PRESETS[preset].settings, newPeople: true, ...settings },
      },
      admin,
    );
    if (status !== 200) throw new Error(text);
  }
  await addService('company', 'oidc', { issuer: company.url });
  await addService('github', 'github', {
    authorizationEndpoint: `${gitHub.url}/login/oauth/authorize`,
    tokenEndpoint: `${gitHub.url}/login/oauth/access_token`,
    userInfoEndpoint: `${gitHub.url}/user`,
    emailsEndpoint: `${gitHub.url}/user/emails`,
  });
  let people = 5_000;

  async function begin({ begins }: Door, query = '') {
    const answer = await client.ask('GET', begins + query, { origin });
    const url = new URL(answer.body.authorization_url);
    return { ...answer, url, state: String(answer.body.state), cookie: cookieOf(answer.headers) };
  }

  const finish = ({ ends, method }: Door, answer: Answer, cookie: string | null) => {
    const { code = 'good-code', ...rest } = answer;
    const sent = { code, ...rest };
    const init = cookie === null ? {} : { cookie };
    return method === 'GET'
      ? client.ask('GET', `${ends}?${new URLSearchParams(sent)}`, init)
      : client.ask('POST', ends, { ...init, body: sent });
  };

  /** Through a whole sign-in, by the real provider where the door leads to one. */
  async function come(door: Door) {
    const { cookie, state, url } = await begin(door);
    return await finish(door, { state, ...(await agreedAt(url)) }, cookie);
  }

  /** What the service sends back once the person agreed. */
  async function agreedAt(url: URL): Promise<{ code?: string; iss?: string }> {
    if (url.origin !== company.url) return {};
    const back = await follow(url.href, origin);
    return { code: back.searchParams.get('code') ?? '', iss: company.url };
  }

  return {
    ...{
      admin,
      client,
      db,
      linuxDo,
      gitHub,
      company,
      addService,
      agreedAt,
      begin,
      come,
      console,
      finish,
    },

    /** Somebody new agrees at every service. @returns their name there, and so here. */
    somebodyNew(): string {
      people += 1;
      const name = `p${people}`;
      const picture = `https://pictures.example/${name}.png`;
      linuxDo.state.user = {
        ...{ id: people, username: name, name: 'Lin', avatar_url: picture, trust_level: 2 },
      };
      gitHub.state.user = { id: people, login: name, name: 'Git', avatar_url: picture };
      company.state.person = { sub: name, preferred_username: name, name: 'Ada', picture };
      return name;
    },

    /** Who may register. */
    async registration(mode: 'closed' | 'approval' | 'open') {
      const value = { mode };
      const where = { name: 'registration' };
      await db.setting.upsert({ where, create: { ...where, value }, update: { value } });
    },

    async [Symbol.asyncDispose]() {
      await client.h[Symbol.asyncDispose]();
      for (const service of [linuxDo, gitHub, company]) await service[Symbol.asyncDispose]();
    },
  };
}

/** The cookies an answer set, as a browser sends them back. */
function cookieOf(headers: Headers): string | null {
  const set = headers.getSetCookie().map((line) => line.split(';', 1).join());
  return set.length === 0 ? null : set.join('; ');
}
