import { z } from 'zod';
import {
  AccountName,
  MaxConcurrency,
  PolicyClass,
  SandboxOptions,
  UpstreamKey,
} from './accounts.ts';
import { ApplyOAuthClient } from './apply-oauth-client.ts';
import { NewPassword, Role, Rpm, Timestamp, TokensPerDay, Username } from './common.ts';
import { AllowedModels, KeyAddresses, KeyDescription, KeyName, KeyScopes } from './keys.ts';
import { ModelName, Price, RouteInput } from './models.ts';
import { BaseUrl, PlatformId, PlatformName, Protocol } from './platforms.ts';

/*
 * The set-up file. Everywhere: a field left out stays as it is (a new entry gets the default), null
 * takes a limit, price or expiry away, and a field that is not here is refused. Nothing is ever
 * deleted by leaving it out. docs/apply.md is the reference for people.
 */

const Tokens = (period: string) =>
  TokensPerDay.nullable()
    .optional()
    .describe(`Input and output tokens per ${period}; null = no limit`);
const Dollars = (period: string) =>
  z
    .number()
    .min(0)
    .max(1_000_000_000)
    .nullable()
    .optional()
    .describe(`Dollars per ${period}, of models that have a price; null = no limit`);

const Limits = z
  .strictObject({
    rpm: Rpm.nullable().optional().describe('Requests per minute; null = no limit'),
    tokensPerMinute: Tokens('minute'),
    tokensPerDay: Tokens('day (of QUOTA_ZONE)'),
    tokensPerMonth: Tokens('month'),
    costPerDay: Dollars('day'),
    costPerMonth: Dollars('month'),
    concurrency: z
      .int()
      .min(1)
      .max(1_000_000)
      .nullable()
      .optional()
      .describe('Requests at a time; null = no limit'),
  })
  .describe('What may be spent; a limit left out stays as it is');
export type ApplyLimits = z.infer<typeof Limits>;

export const ApplyUser = z.strictObject({
  username: Username.describe('What the person signs in with; finds the user'),
  password: NewPassword.describe('10 characters to 72 bytes; a changed one ends all sessions'),
  role: Role,
  displayName: z.string().trim().max(80).optional(),
  limits: Limits.optional().describe('Over all keys of the user together'),
});
export type ApplyUser = z.infer<typeof ApplyUser>;

export const ApplyPlatform = z.strictObject({
  id: PlatformId.describe('Finds the platform; not one of the built-in ids'),
  name: PlatformName.optional().describe('Shown in the console; the id unless given'),
  protocol: Protocol,
  baseUrl: BaseUrl.regex(/^[^?#]*$/, 'a base URL ends before "?" and "#"').describe(
    'Where the paths of the protocol are appended, e.g. https://host/v1',
  ),
  limits: Limits.optional().describe('Over all accounts on it together'),
});
export type ApplyPlatform = z.infer<typeof ApplyPlatform>;

const ClockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day is written like 09:30, from 00:00 to 23:59');

export const ApplyLoan = z
  .strictObject({
    users: z
      .array(Username)
      .max(1_000)
      .optional()
      .describe('User names of those it is lent to; empty = everyone'),
    models: z
      .array(ModelName)
      .max(1_000)
      .optional()
      .describe('Public model names it is lent for; empty = every model'),
    hours: z
      .strictObject({
        from: ClockTime.describe('Beginning, e.g. 09:00'),
        to: ClockTime.describe('End, not included; before the beginning: on the next day'),
      })
      .refine(({ from, to }) => from !== to, 'beginning and end are the same; null = at all hours')
      .nullable()
      .optional()
      .describe('Hours of the day of QUOTA_ZONE; null = at all hours'),
    tokensPerDay: TokensPerDay.nullable()
      .optional()
      .describe('Tokens a day that all others together may use; null = no limit'),
  })
  .describe('Terms for others while it is shared; one left out stays as it is');
export type ApplyLoan = z.infer<typeof ApplyLoan>;

export const ApplyAccount = z.strictObject({
  platform: PlatformId.describe('A built-in platform or one of `platforms`'),
  name: AccountName.describe('Together with platform and owner it finds the account'),
  owner: Username.describe('User name of the person whose account it is'),
  apiKey: UpstreamKey.optional().describe('The key the platform gave; kept sealed'),
  shared: z.boolean().optional().describe('Lent to others; false unless given'),
  loan: ApplyLoan.optional(),
  policyClass: PolicyClass.optional().describe(
    'What its terms allow; a personal one is shared only where an admin allowed that',
  ),
  maxConcurrency: MaxConcurrency.optional().describe(
    'Requests at once on one server; null = any number',
  ),
  options: z
    .strictObject(SandboxOptions.shape)
    .optional()
    .describe('How a sandbox account behaves; replaces all options'),
  limits: Limits.optional().describe('Whoever uses it; a full account is passed over'),
});
export type ApplyAccount = z.infer<typeof ApplyAccount>;

export const ApplyModel = z.strictObject({
  name: ModelName.describe('What clients ask for; finds the model'),
  routes: z.array(z.strictObject(RouteInput.shape)).min(1).max(50).describe('Replaces all routes'),
  price: z
    .strictObject(Price.shape)
    .nullable()
    .optional()
    .describe(
      'In dollars, by the million tokens unless the name says otherwise; null = not priced',
    ),
  enabled: z.boolean().optional().describe('true unless given'),
  limits: Limits.optional().describe('Over everybody who uses the model'),
});
export type ApplyModel = z.infer<typeof ApplyModel>;

/** A secret somebody else made: as unguessable as ours when it is random. */
export const GivenSecret = z
  .string()
  .min(20, 'at least 20 characters')
  .max(200)
  .regex(/^gh-[\x21-\x7e]+$/, 'starts with gh- and has no spaces, only plain characters');

export const ApplyKey = z.strictObject({
  owner: Username,
  name: KeyName.describe('Together with the owner it finds the key when its secret is a new one'),
  secret: GivenSecret.describe('gh- and more, 20 to 200 characters; kept as a hash only'),
  limits: Limits.optional().describe('Besides those of the owner'),
  models: AllowedModels.optional().describe('Public model names; empty = every model'),
  description: KeyDescription.optional().describe('For those who find it later'),
  scopes: KeyScopes.optional().describe('What it is for; empty = everything'),
  addresses: KeyAddresses.optional().describe(
    'Addresses and ranges it works from; empty = anywhere',
  ),
  expiresAt: Timestamp.nullable().optional().describe('ISO 8601 in UTC; null = never'),
});
export type ApplyKey = z.infer<typeof ApplyKey>;

const list = <Entry extends z.ZodType>(entry: Entry) => z.array(entry).max(10_000).default([]);

export const ApplyDocument = z.strictObject({
  users: list(ApplyUser),
  platforms: list(ApplyPlatform),
  accounts: list(ApplyAccount),
  models: list(ApplyModel),
  keys: list(ApplyKey),
  oauthClients: list(ApplyOAuthClient),
});
export type ApplyDocument = z.infer<typeof ApplyDocument>;
