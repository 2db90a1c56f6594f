import type { SandboxOptions } from '#shared/schemas/accounts.ts';
import type { StoredPrice } from '../models/index.ts';
import type { ClientWrite } from '../oauth-clients/index.ts';
import type { LimitSet } from '../quotas/index.ts';
import type { LoanColumns } from './loans.ts';

/** Rows as the planner compares them: money and token counts as numbers, no Prisma types. */
export type Found<Columns> = Columns & { id: string };

export type PlatformColumns = { name: string; protocol: string; baseUrl: string } & LimitSet;

export type UserColumns = {
  username: string;
  displayName: string;
  role: string;
  passwordHash: string | null;
} & LimitSet;

export type AccountColumns = {
  ownerId: string;
  platformId: string;
  name: string;
  kind: 'api_key' | 'none' | 'oauth' | 'plugin';
  secret: string | null;
  secretHint: string;
  shared: boolean;
  state: 'active' | 'disabled' | 'expired' | 'cooling' | 'exhausted';
  policyClass: 'api_key' | 'organisation' | 'personal';
  maxConcurrency: number | null;
  options: SandboxOptions;
  lastError: string | null;
} & LoanColumns &
  LimitSet;

export type RouteColumns = {
  platformId: string;
  upstreamModel: string;
  weight: number;
  priority: number;
};

/** Prices in micro-dollars per million tokens. */
export type ModelColumns = {
  name: string;
  enabled: boolean;
  price: StoredPrice | null;
  routes: RouteColumns[];
} & LimitSet;

export type KeyColumns = {
  ownerId: string;
  name: string;
  secretHash: string;
  prefix: string;
  /** The secret before the last rotation, and until when it works. */
  previousHash: string | null;
  previousUntil: Date | null;
  description: string;
  scopes: string[];
  addresses: string[];
  allowedModels: string[];
  expiresAt: Date | null;
} & LimitSet;

export type OAuthClientColumns = Omit<Required<ClientWrite>, 'id'>;

/** Everything in the database that entries of a file may meet. */
export type Snapshot = {
  platforms: Found<PlatformColumns>[];
  users: Found<UserColumns>[];
  accounts: Found<AccountColumns>[];
  models: Found<ModelColumns>[];
  keys: (Found<KeyColumns> & { revoked: boolean })[];
  oauthClients: Found<OAuthClientColumns>[];
  /** Ids of all there are. */
  roles: ReadonlySet<string>;
  /** Platforms whose personal accounts an admin allowed to lend. */
  personalLending: ReadonlySet<string>;
};
