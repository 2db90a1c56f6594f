import { z } from 'zod';
import {
  OAuthClientId,
  OAuthClientName,
  OAuthClientSecret,
  OAuthClientSettings,
  OAuthFields,
} from './oauth-clients.ts';
import { PlatformId } from './platforms.ts';

const {
  authorizeParams,
  redirectUri,
  tokenAuth,
  tokenEndpoint: Endpoint,
  tokenFormat,
  usePkce,
} = OAuthClientSettings.shape;
const Field = OAuthFields.shape.plan.unwrap().optional();

/** RFC 6749, section 3.3: no spaces, quotes or backslashes in one. */
const Scope = z
  .string()
  .regex(/^[!#-[\]-~]{1,200}$/, 'a scope has no spaces, and only plain characters');

/** By which people sign in to accounts of a platform, in a set-up file. */
export const ApplyOAuthClient = z.strictObject({
  platform: PlatformId.describe('A built-in platform or one of `platforms`'),
  name: OAuthClientName.describe('Together with the platform it finds the client'),
  clientId: OAuthClientId.describe('As the platform gave it'),
  clientSecret: OAuthClientSecret.nullable()
    .optional()
    .describe('As the platform gave it; kept sealed; null = none'),
  authorizationEndpoint: Endpoint.nullable()
    .optional()
    .describe('Where browsers sign in; null = not by browser'),
  tokenEndpoint: Endpoint.describe('Gives tokens and refreshes them'),
  deviceEndpoint: Endpoint.nullable()
    .optional()
    .describe('Device authorization (RFC 8628); null = none'),
  revocationEndpoint: Endpoint.nullable().optional().describe('null = none'),
  redirectUri: redirectUri
    .nullable()
    .optional()
    .describe('Where browsers come back to; null = our own page'),
  scopes: z
    .array(Scope)
    .max(100)
    .refine((scopes) => scopes.join(' ').length <= 2_000, 'at most 2,000 characters together')
    .optional()
    .describe('Replaces all scopes'),
  authorizeParams: authorizeParams
    .optional()
    .describe('More parameters of the authorization address; replaces all of them'),
  tokenFormat: tokenFormat
    .optional()
    .describe('How the token endpoint is asked; form unless given'),
  tokenAuth: tokenAuth
    .optional()
    .describe('How the client proves itself; unless given basic with a clientSecret, else none'),
  usePkce: usePkce.optional().describe('true unless given'),
  userInfoEndpoint: Endpoint.nullable().optional().describe('Tells the person; null = none'),
  accountInfoEndpoint: Endpoint.nullable()
    .optional()
    .describe('Tells plan and expiry; null = none'),
  fields: z
    .strictObject({ subject: Field, email: Field, userName: Field, plan: Field, planEnds: Field })
    .optional()
    .describe('Where in what the platform tells stands what; one left out stays as it is'),
});
export type ApplyOAuthClient = z.infer<typeof ApplyOAuthClient>;
