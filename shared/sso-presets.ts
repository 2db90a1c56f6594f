import type { SsoSettings } from './schemas/sso.ts';

export type SsoPreset = {
  /** What the service is called when it is added. */
  id: string;
  name: string;
  /** Where one registers Gatehouse there. */
  registerUrl: string;
  settings: SsoSettings;
};

const NOBODY_NEW: Pick<
  SsoSettings,
  | 'roleRules'
  | 'defaultRole'
  | 'syncRole'
  | 'mailDomains'
  | 'leastTrustLevel'
  | 'newPeople'
  | 'linkByVerifiedEmail'
  | 'countsAsSecondFactor'
> = {
  roleRules: [],
  defaultRole: 'member',
  syncRole: false,
  mailDomains: [],
  leastTrustLevel: 0,
  newPeople: false,
  linkByVerifiedEmail: false,
  countsAsSecondFactor: false,
};

/** Standard claims. Source: OpenID Connect Core 1.0, section 5.1. */
const OIDC: SsoSettings = {
  ...NOBODY_NEW,
  kind: 'oidc',
  issuer: '',
  authorizationEndpoint: '',
  tokenEndpoint: '',
  userInfoEndpoint: '',
  emailsEndpoint: '',
  scopes: 'openid profile email',
  tokenAuth: 'basic',
  fields: {
    id: 'sub',
    username: 'preferred_username',
    name: 'name',
    email: 'email',
    emailVerified: 'email_verified',
    avatar: 'picture',
    trustLevel: '',
  },
};

export type SsoPresetName = 'github' | 'linuxdo' | 'google' | 'oidc' | 'oauth2';

/** Services whose addresses and fields are known, and the two kinds of others. */
export const SSO_PRESETS: Readonly<Record<SsoPresetName, SsoPreset>> = {
  /** Source: https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps */
  github: {
    id: 'github',
    name: 'GitHub',
    registerUrl: 'https://github.com/settings/applications/new',
    settings: {
      ...NOBODY_NEW,
      kind: 'oauth2',
      issuer: '',
      authorizationEndpoint: 'https://github.com/login/oauth/authorize',
      tokenEndpoint: 'https://github.com/login/oauth/access_token',
      userInfoEndpoint: 'https://api.github.com/user',
      emailsEndpoint: 'https://api.github.com/user/emails',
      scopes: 'read:user user:email',
      tokenAuth: 'post',
      fields: {
        id: 'id',
        username: 'login',
        name: 'name',
        email: 'email',
        emailVerified: 'email_verified',
        avatar: 'avatar_url',
        trustLevel: '',
      },
    },
  },
  /** Source: the endpoints and fields of https://connect.linux.do */
  linuxdo: {
    id: 'linuxdo',
    name: 'Linux.do',
    registerUrl: 'https://connect.linux.do',
    settings: {
      ...NOBODY_NEW,
      kind: 'oauth2',
      issuer: '',
      authorizationEndpoint: 'https://connect.linux.do/oauth2/authorize',
      tokenEndpoint: 'https://connect.linux.do/oauth2/token',
      userInfoEndpoint: 'https://connect.linux.do/api/user',
      emailsEndpoint: '',
      scopes: '',
      tokenAuth: 'basic',
      fields: {
        id: 'id',
        username: 'username',
        name: 'name',
        email: '',
        emailVerified: '',
        avatar: 'avatar_url',
        trustLevel: 'trust_level',
      },
    },
  },
  /** Source: https://developers.google.com/identity/openid-connect/openid-connect */
  google: {
    id: 'google',
    name: 'Google',
    registerUrl: 'https://console.cloud.google.com/apis/credentials',
    settings: {
      ...OIDC,
      issuer: 'https://accounts.google.com',
      tokenAuth: 'post',
      fields: { ...OIDC.fields, username: 'email' },
    },
  },
  oidc: {
    id: '',
    name: '',
    registerUrl: '',
    settings: OIDC,
  },
  oauth2: {
    id: '',
    name: '',
    registerUrl: '',
    settings: {
      ...OIDC,
      kind: 'oauth2',
      scopes: '',
      fields: { ...OIDC.fields, id: 'id', username: 'username' },
    },
  },
};
