import { AppError } from '#shared/errors.ts';
import type { ApplyOAuthClient } from '#shared/schemas/apply-oauth-client.ts';
import { OAuthFields } from '#shared/schemas/oauth-clients.ts';
import type { Platform } from '../../platforms/platform.ts';
import { refuseOpenHttp } from '../sso/index.ts';
import type { Found, OAuthClientColumns } from './apply.rows.ts';
import { type Step, toStep } from './plan.ts';

export type ClientTools = {
  platform: Pick<Platform, 'id' | 'name' | 'managed'>;
  /** Of the found client; null when it has none or it does not open. */
  storedSecret: string | null;
  seal(id: string, secret: string): string;
  newId(): string;
};

const ENDPOINTS = [
  'authorizationEndpoint',
  'tokenEndpoint',
  'deviceEndpoint',
  'revocationEndpoint',
  'userInfoEndpoint',
  'accountInfoEndpoint',
] as const;

const NO_FIELDS = OAuthFields.parse({});

/** Throws bad_request for an address, a platform or a lack of a secret that will not do. */
export function planOAuthClient(
  wanted: ApplyOAuthClient,
  found: Found<OAuthClientColumns> | undefined,
  { newId, platform, seal, storedSecret }: ClientTools,
): Step<OAuthClientColumns> {
  if (platform.managed || platform.id === 'sandbox') {
    throw refusal(`people do not sign in to accounts of ${platform.name}`, 'platform');
  }
  checkEndpoints(wanted);
  const id = found?.id ?? newId();
  const { clientSecret, fields, name, platform: platformId, ...rest } = wanted;
  const auth = found?.tokenAuth ?? (clientSecret ? 'basic' : 'none');
  const step = toStep<OAuthClientColumns>({
    kind: 'oauthClient',
    name: `${platformId}/${name}`,
    found,
    wanted: {
      ...rest,
      redirectUri: wanted.redirectUri === '' ? null : wanted.redirectUri,
      // One that is as before is not sealed anew, so that it is no change.
      clientSecret: clientSecret && clientSecret !== storedSecret ? seal(id, clientSecret) : kept(),
      fields: fields && { ...(found?.fields ?? NO_FIELDS), ...given(fields) },
    },
    defaults: {
      ...{ platformId, name, clientId: wanted.clientId, clientSecret: null },
      ...{ authorizationEndpoint: null, tokenEndpoint: wanted.tokenEndpoint },
      ...{ deviceEndpoint: null, revocationEndpoint: null, redirectUri: null, scopes: [] },
      ...{ authorizeParams: {}, tokenFormat: 'form', tokenAuth: auth, usePkce: true },
      ...{ userInfoEndpoint: null, accountInfoEndpoint: null, fields: NO_FIELDS },
    },
    newId: () => id,
  });
  const has = clientSecret === undefined ? found?.clientSecret : clientSecret;
  if ((wanted.tokenAuth ?? auth) !== 'none' && !has) {
    const why = 'a client that proves itself needs its secret; else set tokenAuth to none';
    throw refusal(why, 'clientSecret');
  }
  return step;

  function kept(): null | undefined {
    return clientSecret === null ? null : undefined;
  }
}

function checkEndpoints(wanted: ApplyOAuthClient): void {
  for (const name of ENDPOINTS) {
    try {
      refuseOpenHttp(name, wanted[name] ?? '');
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw refusal(error.message, name);
    }
  }
}

/** Without what is left out. */
function given<Members extends object>(members: Members) {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** `field` is relative to the entry; the service puts its place in front. */
function refusal(message: string, field: string): AppError {
  return new AppError('bad_request', message, { param: field });
}
