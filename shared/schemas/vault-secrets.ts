import { z } from 'zod';
import { Id, PageInput, Timestamp } from './common.ts';

/**
 * What a secret is for: `read` gives the access token there is, `refresh` a new one besides, `admin`
 * keeps the accounts by the older admin API, `refresh-token` adds the refresh token to answers.
 */
export const SecretScope = z.enum(['read', 'refresh', 'admin', 'refresh-token']);
export type SecretScope = z.infer<typeof SecretScope>;

const Name = z.string().trim().min(1).max(80);
const Texts = z
  .array(z.string().trim().min(1).max(255))
  .max(200)
  .transform((texts) => [...new Set(texts)]);

const Settings = {
  name: Name,
  scopes: z
    .array(SecretScope)
    .min(1, 'choose one at least')
    .transform((scopes) => SecretScope.options.filter((scope) => scopes.includes(scope))),
  /** Accounts with one of these tags or biz ids; both empty = every account. */
  tags: Texts,
  bizIds: Texts,
  /** Null = it does not end. */
  expiresAt: Timestamp.nullable(),
};

export const SecretCreate = z.object(Settings);
export type SecretCreate = z.infer<typeof SecretCreate>;

export const SecretUpdate = z.object({ id: Id, ...Settings });
export type SecretUpdate = z.infer<typeof SecretUpdate>;

export const SecretView = z.object({
  id: Id,
  name: z.string(),
  /** Its first characters, for recognising it. */
  prefix: z.string(),
  scopes: z.array(SecretScope),
  tags: z.array(z.string()),
  bizIds: z.array(z.string()),
  /** Empty when that person is not here any more. */
  createdBy: z.string(),
  createdAt: Timestamp,
  expiresAt: Timestamp.nullable(),
  revokedAt: Timestamp.nullable(),
  lastUsedAt: Timestamp.nullable(),
});
export type SecretView = z.infer<typeof SecretView>;

export const LeaseFilter = z.object({
  from: Timestamp.optional(),
  to: Timestamp.optional(),
  accountId: Id.optional(),
  secretId: Id.optional(),
  /** Part of the account's biz id or e-mail, in any case. */
  account: z.string().trim().max(120).optional(),
  /** Part of the name of whoever leased it, in any case. */
  by: z.string().trim().max(120).optional(),
  /** The beginning of the address it went to. */
  address: z.string().trim().max(60).optional(),
});
export type LeaseFilter = z.infer<typeof LeaseFilter>;

export const LeaseListInput = PageInput.extend({ filter: LeaseFilter.default({}) });
export type LeaseListInput = z.infer<typeof LeaseListInput>;

export const LeaseView = z.object({
  id: Id,
  at: Timestamp,
  accountId: Id,
  bizId: z.string(),
  /** As the account is called now; null when it is gone. */
  accountName: z.string().nullable(),
  email: z.string().nullable(),
  secretId: Id.nullable(),
  /** Whoever leased it, as they were called then. */
  by: z.string(),
  address: z.string(),
  /** When the token ends that was given; null = nobody knows. */
  expiresAt: Timestamp.nullable(),
  /** Whether the platform was asked for it then. */
  refreshed: z.boolean(),
});
export type LeaseView = z.infer<typeof LeaseView>;

export const LeasePage = z.object({ rows: z.array(LeaseView), nextCursor: z.string().nullable() });
export type LeasePage = z.infer<typeof LeasePage>;

/** The query of /leases/export. */
export const LeaseExportQuery = LeaseFilter.extend({
  format: z.enum(['csv', 'ndjson']).default('csv'),
});
export type LeaseExportQuery = z.infer<typeof LeaseExportQuery>;
