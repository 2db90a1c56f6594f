/** What came of asking a token endpoint with a refresh token, when no token did. */
export const REFRESH_FAILURES = [
  /** The token is not good any more. */
  'invalid',
  /** It was used before: whoever has it twice loses all that came of it. */
  'reused',
  /** Somebody or the platform ended the sign-in. */
  'revoked',
  /** The OAuth client is set up wrongly: says nothing about the token. */
  'client',
  /** The platform did not answer, or with something else than an answer. */
  'transient',
  'rate_limited',
  /** The account's proxy did not work; nobody else was asked. */
  'proxy',
] as const;
export type RefreshFailure = (typeof REFRESH_FAILURES)[number];

/** Those that end the token: it is not tried again until a person gives a new one. */
const FINAL: ReadonlySet<RefreshFailure> = new Set(['invalid', 'reused', 'revoked']);

/** Whether the token itself is at fault, for good. */
export function isFinal(failure: RefreshFailure): boolean {
  return FINAL.has(failure);
}

/** Who or what asked for a refresh. */
export const REFRESH_TRIGGERS = [
  'schedule',
  'lease',
  'request',
  'person',
  'batch',
  'journal',
] as const;
export type RefreshTrigger = (typeof REFRESH_TRIGGERS)[number];

/** `by`: the id of the person who asked; null = nobody did. */
export type Asked = {
  trigger: RefreshTrigger;
  by?: string | null;
  /** The sealed access token that will not do: where there is another one by now, nobody is asked. */
  unlike?: string | null;
};

/** `rotated`: the refresh token is another one now; `kept`: only the access token is new. */
export type RefreshResult =
  | { outcome: 'rotated' | 'kept'; text: string; expiresAt: Date | null }
  | { outcome: RefreshFailure; text: string; expiresAt: Date | null };

/** Why a refresh could not be tried, or how it went. */
export function hasFailed(outcome: RefreshResult['outcome']): outcome is RefreshFailure {
  return outcome !== 'rotated' && outcome !== 'kept';
}

export type Lease = { accessToken: string; expiresAt: Date | null; refreshed: boolean };

export type LeaseAsk = Asked & {
  /** The token is to be good for this long at least, ms; 0 = as long as it is. */
  minTtlMs: number;
};

/** An account to be put into the vault. Tokens are in clear here and nowhere else. */
export type NewVaultAccount = {
  ownerId: string;
  platformId: string;
  /** Unique for the owner at the platform; another one is made of it where it is taken. */
  name: string;
  refreshToken: string;
  accessToken?: string | null;
  accessExpiresAt?: Date | null;
  /** Generated where none is given. */
  bizId?: string | null;
  email?: string | null;
  userName?: string;
  plan?: string;
  subject?: string | null;
  tags?: readonly string[];
  memo?: string;
  clientId?: string | null;
  proxyId?: string | null;
  enabled?: boolean;
  autoRefresh?: boolean;
  /** The number it had elsewhere; taken where it is free. */
  number?: number | null;
  refreshedAt?: Date | null;
  createdAt?: Date | null;
};

/** What became of one of the rows given to `add`, in their order. */
export type Added =
  | { kind: 'created'; accountId: string; bizId: string; number: number }
  /** The vault has this token already, or had it before the present one. */
  | { kind: 'known'; accountId: string }
  | { kind: 'refused'; reason: 'biz_id_taken' | 'platform' | 'owner' | 'token'; text: string };

/** An account of the vault, without any token. */
export type VaultRow = {
  accountId: string;
  number: number;
  bizId: string;
  ownerId: string;
  platformId: string;
  name: string;
  state: 'active' | 'disabled' | 'expired' | 'cooling' | 'exhausted';
  hasAccessToken: boolean;
  refreshHash: string;
  hasPrevious: boolean;
  accessExpiresAt: Date | null;
  autoRefresh: boolean;
  nextRefreshAt: Date | null;
  refreshedAt: Date | null;
  failures: number;
  failure: RefreshFailure | null;
  failureText: string | null;
  email: string | null;
  userName: string;
  plan: string;
  subject: string | null;
  tags: string[];
  memo: string;
  clientId: string | null;
  proxyId: string | null;
  userInfo: unknown;
  accountInfo: unknown;
  deletedUntil: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

/** By what an account of the vault is found. */
export type VaultKey =
  | { accountId: string }
  | { bizId: string }
  | { email: string }
  | { number: number };

/** Tokens that a person brought. */
export type RenewedTokens = {
  refreshToken: string;
  accessToken?: string | null;
  accessExpiresAt?: Date | null;
  /** Another OAuth client than before. */
  clientId?: string | null;
  email?: string | null;
  userName?: string;
  plan?: string;
  subject?: string | null;
};

/** All that are named have to fit; texts are found anywhere inside, whatever their case. */
export type VaultFilter = {
  ownerId?: string;
  platformId?: string;
  bizId?: string;
  email?: string;
  tag?: string;
  plan?: string;
  /** False = switched off by a person. */
  enabled?: boolean;
  failure?: RefreshFailure;
  proxyId?: string | null;
  clientId?: string | null;
  createdFrom?: Date;
  createdBefore?: Date;
  /** The access token ends before then. */
  expiresBefore?: Date;
};

/** When tokens are refreshed by themselves. */
export type VaultSettings = {
  autoRefresh: boolean;
  /** Days between refreshes of tokens whose end is not known, 1 to 30. */
  intervalDays: number;
  /** Part of a token's life that is left when it is refreshed, percent. */
  leadPercent: number;
  /** At least so long before its end, minutes. */
  leadMinutes: number;
  /** How many one server refreshes at once. */
  concurrency: number;
};
