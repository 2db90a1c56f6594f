import type { OAuthClientSettings } from './schemas/oauth-clients.ts';

const PLAIN: OAuthClientSettings = {
  authorizationEndpoint: '',
  tokenEndpoint: '',
  deviceEndpoint: '',
  revocationEndpoint: '',
  redirectUri: '',
  scopes: '',
  authorizeParams: {},
  tokenFormat: 'form',
  tokenAuth: 'none',
  usePkce: true,
  userInfoEndpoint: '',
  accountInfoEndpoint: '',
  fields: { subject: 'sub', email: 'email', userName: 'name', plan: '', planEnds: '' },
};

export type OAuthPresetName = 'openid' | 'google' | 'oauth2';

/** What a new client begins with: shapes only, for ids and secrets are whoever's who registered one. */
export const OAUTH_PRESETS: Readonly<
  Record<OAuthPresetName, { issuer: string; settings: OAuthClientSettings }>
> = {
  openid: { issuer: '', settings: { ...PLAIN, scopes: 'openid email profile offline_access' } },
  /** Source: https://developers.google.com/identity/protocols/oauth2/web-server */
  google: {
    issuer: 'https://accounts.google.com',
    settings: {
      ...PLAIN,
      scopes: 'openid email profile',
      authorizeParams: { access_type: 'offline', prompt: 'consent' },
      tokenAuth: 'post',
    },
  },
  oauth2: { issuer: '', settings: PLAIN },
};
