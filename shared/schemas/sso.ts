import { z } from 'zod';
import { Id, Role, Timestamp } from './common.ts';
import { SecondFactorMethod } from './factors.ts';
import { MailDomain } from './registration.ts';
import { Me } from './sessions.ts';

/** What addresses name a service by; its redirect URI ends with it. */
export const ProviderId = z
  .string()
  .min(2)
  .max(40)
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'lower case letters, digits and dashes');
export type ProviderId = z.infer<typeof ProviderId>;

/** OpenID Connect tells by its discovery document where everything is; plain OAuth 2.0 has to be told. */
export const ProviderKind = z.enum(['oidc', 'oauth2']);
export type ProviderKind = z.infer<typeof ProviderKind>;

const Endpoint = z.url({ protocol: /^https?$/ }).max(500);

/** Path of a member inside what a service tells of a person, e.g. `user.name`; '' = it tells none. */
const FieldPath = z
  .string()
  .trim()
  .max(120)
  .regex(/^[^\s.]*(\.[^\s.]+)*$/, 'names with dots between, e.g. user.name');

/** Where in a service's answer stands what. */
export const SsoFields = z.object({
  /** Never changes, and never belongs to somebody else later. */
  id: FieldPath.min(1),
  username: FieldPath,
  name: FieldPath,
  email: FieldPath,
  emailVerified: FieldPath,
  avatar: FieldPath,
  trustLevel: FieldPath,
});
export type SsoFields = z.infer<typeof SsoFields>;

/** Whoever has this value at this place gets this role. */
export const RoleRule = z.object({
  claim: FieldPath.min(1),
  value: z.string().trim().min(1).max(200),
  role: Role,
});
export type RoleRule = z.infer<typeof RoleRule>;

export const TrustLevel = z.int().min(0).max(4);

/** Everything of a service but its name and credentials. */
export const SsoSettings = z.object({
  kind: ProviderKind,
  /** The start of the discovery document's address; for plain OAuth 2.0 what `iss` must say, or ''. */
  issuer: Endpoint.or(z.literal('')),
  /** For plain OAuth 2.0 only. */
  authorizationEndpoint: Endpoint.or(z.literal('')),
  tokenEndpoint: Endpoint.or(z.literal('')),
  userInfoEndpoint: Endpoint.or(z.literal('')),
  /** Lists a person's mail addresses as GitHub does: `[{email, primary, verified}]`; '' = none. */
  emailsEndpoint: Endpoint.or(z.literal('')),
  scopes: z.string().trim().max(300),
  tokenAuth: z.enum(['basic', 'post']),
  fields: SsoFields,
  /** The first that fits counts. */
  roleRules: z.array(RoleRule).max(50),
  /** For whoever no rule fits. */
  defaultRole: Role,
  /** Whether each sign-in sets the role anew; otherwise only the first does. */
  syncRole: z.boolean(),
  /** Only people with a confirmed address in one of these; empty = anybody. */
  mailDomains: z.array(MailDomain).max(50),
  leastTrustLevel: TrustLevel,
  /** Whether people who are not known here may come in as new ones. */
  newPeople: z.boolean(),
  /** Whether a confirmed mail address is enough to be the person here who confirmed the same one. */
  linkByVerifiedEmail: z.boolean(),
  /** Whether a sign-in there is as good as two factors here. */
  countsAsSecondFactor: z.boolean(),
});
export type SsoSettings = z.infer<typeof SsoSettings>;

/** A client secret; never shown again. */
const ClientSecret = z.string().trim().min(1).max(500);

/** Creates the service of this id, or changes it. */
export const ProviderSave = z
  .object({
    id: ProviderId,
    name: z.string().trim().min(1).max(80),
    enabled: z.boolean(),
    clientId: z.string().trim().min(1).max(300),
    /** Left out = the one there is stays; null = none. */
    secret: ClientSecret.nullable().optional(),
    settings: SsoSettings,
    /** True refuses an id that is taken. */
    isNew: z.boolean(),
  })
  .superRefine(({ settings }, ctx) => {
    for (const name of missingEndpoints(settings)) {
      ctx.addIssue({ code: 'custom', message: 'is needed', path: ['settings', name] });
    }
  });
export type ProviderSave = z.infer<typeof ProviderSave>;

function missingEndpoints(settings: SsoSettings) {
  const needed =
    settings.kind === 'oidc'
      ? (['issuer'] as const)
      : (['authorizationEndpoint', 'tokenEndpoint', 'userInfoEndpoint'] as const);
  return needed.filter((name) => settings[name] === '');
}

/** A service as an admin sees it. */
export const ProviderView = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  clientId: z.string(),
  hasSecret: z.boolean(),
  settings: SsoSettings,
  /** False: it comes from the environment and is changed there. */
  editable: z.boolean(),
  /** How many people have an identity there. */
  people: z.int(),
  updatedAt: Timestamp.nullable(),
});
export type ProviderView = z.infer<typeof ProviderView>;

/** One look at a service: what was asked, and what came. */
export const ProviderCheck = z.object({
  steps: z.array(
    z.object({
      step: z.enum(['discovery', 'authorization', 'token', 'userInfo']),
      address: z.string(),
      ok: z.boolean(),
      /** What went wrong, or '' . */
      problem: z.string(),
    }),
  ),
});
export type ProviderCheck = z.infer<typeof ProviderCheck>;

export const ByProviderId = z.object({ id: ProviderId });

/** A button of the sign-in page. */
export const SsoWay = z.object({ id: z.string(), name: z.string(), kind: ProviderKind });
export type SsoWay = z.infer<typeof SsoWay>;

/** A path of ours, or `/`: nobody is sent elsewhere after signing in. */
export const ReturnTo = z
  .string()
  .max(500)
  .transform((path) => (isOwnPath(path) ? path : '/'));

/** Whether a browser stays here with it: no `//host`, and nothing that becomes that. */
function isOwnPath(path: string): boolean {
  return /^\/[^\s\\]*$/.test(path) && !path.split(/[?#]/, 1).some((part) => part.includes('//'));
}

export const SsoBegin = z.object({ provider: ProviderId, next: ReturnTo.default('/') });
export type SsoBegin = z.infer<typeof SsoBegin>;

/** What a service sent the browser back with. */
export const SsoAnswer = z.object({
  provider: ProviderId,
  state: z.string().min(1).max(200),
  code: z.string().min(1).max(4_000).optional(),
  iss: z.string().max(500).optional(),
  /** Why there is no code. */
  error: z.string().max(200).optional(),
});
export type SsoAnswer = z.infer<typeof SsoAnswer>;

/** What a return comes to. */
export const SsoOutcome = z.union([
  z.object({ next: z.literal('signed-in'), me: Me, returnTo: z.string() }),
  z.object({ next: z.literal('linked'), provider: z.string(), returnTo: z.string() }),
  /** This session may do for ten minutes what weighs more. */
  z.object({ next: z.literal('proved'), provider: z.string(), returnTo: z.string() }),
  z.object({
    next: z.literal('second-factor'),
    ticket: z.string(),
    methods: z.array(SecondFactorMethod),
    returnTo: z.string(),
  }),
]);
export type SsoOutcome = z.infer<typeof SsoOutcome>;

/** Who one is at another service. */
export const IdentityView = z.object({
  id: Id,
  providerId: z.string(),
  providerName: z.string(),
  /** Their name there, or their mail address, or their id. */
  label: z.string(),
  createdAt: Timestamp,
  lastUsedAt: Timestamp.nullable(),
});
export type IdentityView = z.infer<typeof IdentityView>;

/** How a person gets in. */
export const WaysOfMine = z.object({
  hasPassword: z.boolean(),
  passkeys: z.int(),
  identities: z.array(IdentityView),
  /** Services that could be linked. */
  others: z.array(SsoWay),
  /** Services that prove once more who one is; empty for whoever has another proof. */
  proofs: z.array(SsoWay),
});
export type WaysOfMine = z.infer<typeof WaysOfMine>;
