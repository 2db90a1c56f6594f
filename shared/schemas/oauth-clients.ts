import { z } from 'zod';
import { Id, Timestamp } from './common.ts';
import { PlatformId } from './platforms.ts';

const Endpoint = z.url({ protocol: /^https?$/ }).max(500);
const NoEndpoint = Endpoint.or(z.literal(''));

/** Path of a member inside what a platform tells, e.g. `account.plan`; '' = it tells none. */
const FieldPath = z
  .string()
  .trim()
  .max(120)
  .regex(/^[^\s.]*(\.[^\s.]+)*$/, 'names with dots between, e.g. account.plan');

/**
 * Where in what a platform tells of an account stands what. Looked for in what the account info
 * endpoint says, then the user info endpoint, then the ID token.
 */
export const OAuthFields = z.object({
  /** Never changes, and never belongs to another account later. */
  subject: FieldPath.default('sub'),
  email: FieldPath.default('email'),
  userName: FieldPath.default('name'),
  plan: FieldPath.default(''),
  /** Until when the plan is paid for: ISO 8601 or seconds since 1970. */
  planEnds: FieldPath.default(''),
});
export type OAuthFields = z.infer<typeof OAuthFields>;

/** What the code sets itself, and nobody else may. */
const RESERVED = new Set([
  'client_id',
  'client_secret',
  'code_challenge',
  'code_challenge_method',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
]);

/** More parameters of the authorization address, e.g. `access_type` = `offline`. */
export const AuthorizeParams = z
  .record(
    z.string().regex(/^[\w.-]{1,60}$/, 'letters, digits, and . _ - only'),
    z.string().max(500),
  )
  .refine((params) => Object.keys(params).length <= 20, 'at most 20')
  .refine(
    (params) => !Object.keys(params).some((name) => RESERVED.has(name)),
    'client_id, scope, state and their kin are set by Gatehouse itself',
  );

/** An address a browser is sent back to. It may be of a program's own scheme. */
const RedirectUri = z
  .string()
  .trim()
  .max(500)
  .refine(isRedirectUri, 'a whole address without "#", e.g. http://localhost:1455/auth/callback');

function isRedirectUri(text: string): boolean {
  if (text === '') return true;
  if (!z.url().safeParse(text).success || text.includes('#')) return false;
  return !/^(javascript|data|vbscript|blob|file):/i.test(text);
}

/** How people sign in to accounts of a platform, but for name and credentials. */
export const OAuthClientSettings = z.object({
  /** '' = no sign-in by a browser. */
  authorizationEndpoint: NoEndpoint,
  tokenEndpoint: Endpoint,
  /** Device authorization (RFC 8628); '' = none. */
  deviceEndpoint: NoEndpoint,
  revocationEndpoint: NoEndpoint,
  /** '' = our own page, which comes back by itself; another one is pasted by the person. */
  redirectUri: RedirectUri,
  /** With spaces between. */
  scopes: z.string().trim().max(2_000),
  authorizeParams: AuthorizeParams,
  /** How the token endpoint is asked. */
  tokenFormat: z.enum(['form', 'json']),
  /** How the client proves itself there. */
  tokenAuth: z.enum(['none', 'basic', 'post']),
  usePkce: z.boolean(),
  /** Tells the person of an access token; '' = none. */
  userInfoEndpoint: NoEndpoint,
  /** Tells plan and expiry of an access token; '' = none. */
  accountInfoEndpoint: NoEndpoint,
  fields: OAuthFields,
});
export type OAuthClientSettings = z.infer<typeof OAuthClientSettings>;

export const OAuthClientName = z.string().trim().min(1).max(80);

/** What the platform calls the client. */
export const OAuthClientId = z.string().trim().min(1).max(300);

/** A client secret; never shown again. */
export const OAuthClientSecret = z.string().trim().min(1).max(500);

/** Makes a client, or with an id changes it. */
export const OAuthClientSave = z
  .object({
    id: Id.nullable(),
    platformId: PlatformId,
    name: OAuthClientName,
    clientId: OAuthClientId,
    /** Left out = the one there is stays; null = none. */
    secret: OAuthClientSecret.nullable().optional(),
    settings: OAuthClientSettings,
  })
  .superRefine(({ settings, secret, id }, ctx) => {
    const lacks = settings.tokenAuth !== 'none' && (secret === null || (id === null && !secret));
    if (lacks) ctx.addIssue({ code: 'custom', message: 'is needed', path: ['secret'] });
  });
export type OAuthClientSave = z.infer<typeof OAuthClientSave>;

/** A client as whoever keeps them sees it. */
export const OAuthClientView = z.object({
  id: Id,
  number: z.int(),
  platformId: z.string(),
  platformName: z.string(),
  name: z.string(),
  clientId: z.string(),
  hasSecret: z.boolean(),
  settings: OAuthClientSettings,
  /** Accounts whose tokens are refreshed by it. */
  accounts: z.int(),
  updatedAt: Timestamp,
});
export type OAuthClientView = z.infer<typeof OAuthClientView>;

/** Where a discovery document (OpenID Connect Discovery 1.0, RFC 8414) is found. */
export const OAuthDiscover = z.object({ issuer: Endpoint });
export type OAuthDiscover = z.infer<typeof OAuthDiscover>;

/** What a discovery document says, as far as a client wants it. */
export const OAuthDiscovered = OAuthClientSettings.pick({
  authorizationEndpoint: true,
  tokenEndpoint: true,
  deviceEndpoint: true,
  revocationEndpoint: true,
  userInfoEndpoint: true,
  scopes: true,
});
export type OAuthDiscovered = z.infer<typeof OAuthDiscovered>;
