import type { AppError } from '#shared/errors.ts';
import type { QuotaLook, QuotaRule, QuotaSubject } from '#shared/schemas/quotas.ts';
import type { Operation } from '../platforms/platform.ts';
import type { ReportedLimits } from '../platforms/reported-limits.ts';

/** What a request asks for: a chat, a count of its tokens, or something that is forwarded only. */
export type OperationName = 'chat' | 'count' | Operation;

/** Who asks. Everything a step needs to know about them, and no secret. */
export type Principal = {
  userId: string;
  /** Null when a signed-in person asks from the console. */
  keyId: string | null;
  /** Public model names; empty = every model. */
  allowedModels: readonly string[];
  /** What the key is for (KeyScope of shared/schemas/keys.ts); empty = everything. */
  scopes: readonly string[];
  /** Whether lent accounts are asked before the person's own; absent = the own ones first. */
  preferShared?: boolean;
  /** The limits of the user, their trust level's among them, then those of the key. */
  rules: readonly QuotaRule[];
};

/**
 * Finds who holds a key. `address` tells the caller's, asked for only where it matters. Throws
 * AppError key_invalid, user_disabled, user_silenced or address_not_allowed.
 */
export type KeyLookup = {
  find(secret: string, address: () => string): Promise<Principal>;
};

export type Route = {
  platformId: string;
  upstreamModel: string;
  weight: number;
  /** Lower ones are asked first. */
  priority: number;
};

/**
 * Whole micro-dollars, by the million tokens unless said otherwise. `cached` is read from the
 * platform's cache, `cacheWrite` written to it.
 */
export type ModelPrice = {
  input: number;
  cached: number;
  cacheWrite: number;
  output: number;
  /** Of tokens spent on reasoning; absent = as output. */
  reasoning?: number;
  /** By the answered request; absent = nothing. */
  perRequest?: number;
  /** By the image, the minute, the million characters, the thousand searches; absent = nothing. */
  perUnit?: Readonly<Partial<Record<Units['unit'], number>>>;
};

export type CatalogueModel = {
  name: string;
  routes: readonly Route[];
  price: ModelPrice | null;
  /** Epoch seconds, for the list clients ask for. */
  createdAt: number;
};

/** Enabled models only, from memory. */
export type ModelCatalogue = {
  /** With the price that counted at `at` (epoch ms), now unless given. */
  find(name: string, at?: number): CatalogueModel | undefined;
  list(): readonly CatalogueModel[];
};

/** An account that may serve a principal now. The secret is opened only when it is chosen. */
export type Candidate = {
  accountId: string;
  platformId: string;
  upstreamModel: string;
  /** The route's, times the number of accounts that it stands for where only some were looked at. */
  weight: number;
  /** The route's: lower numbers are asked first. */
  priority: number;
  /** True when it belongs to the principal: preferred over lent ones. */
  own: boolean;
  /** Requests this process has running on it. */
  busy: number;
  /** How many it may have running at once; null = any number. A full one is a candidate still: it can be waited for. */
  most: number | null;
  /** Part of its limits at the platform that is left, 0 to 1; 1 when the platform does not tell. */
  remaining: number;
  /** It returns from a rest: one request at a time finds out whether it is well again. */
  probing: boolean;
  /** The request leans on something that this account made. */
  leaned: boolean;
  /** A hash of its id (infra/text-hash.ts), by which conversations find it again. */
  place: number;
};

/** Why an account that could have served a request was not considered. */
export type SkipReason =
  | 'cooling'
  | 'exhausted'
  | 'expired'
  | 'busy'
  /** The loan's terms: audience, models, hours, share of its quota. */
  | 'terms'
  /** The caller's pool credit for the model is used up. */
  | 'credit'
  | 'quota'
  /** It cannot take the request as it is: protocol, seals, files. */
  | 'unfit';

export type Skipped = {
  accountId: string;
  platformId: string;
  reason: SkipReason;
  /** Epoch ms at which the reason ends, if known. */
  until: number | null;
};

/**
 * How a request came to be answered the way it was: kept for the page that explains it. Accounts are
 * named for those who may see them only; everyone else gets the counts.
 */
export type Trace = {
  /** Every rule that was looked at; the one that refused is `decided`. */
  limits: QuotaLook[];
  candidates: { accountId: string; platformId: string; upstreamModel: string; own: boolean }[];
  skipped: Skipped[];
  /** Whether the conversation stayed with its account. */
  affinity: 'none' | 'kept' | 'moved';
  /** Time spent waiting for a free account, and how many were ahead; null = none. */
  waited: { ms: number; ahead: number } | null;
  attempts: {
    accountId: string;
    platformId: string;
    upstreamModel: string;
    /** Epoch ms. */
    startedAt: number;
    ms: number;
    outcome: string;
    message: string | null;
  }[];
  dropped: string[];
};

/** Where a chosen account is called. */
export type Target = {
  accountId: string;
  platformId: string;
  upstreamModel: string;
  secret: string | null;
  options: Readonly<Record<string, unknown>>;
  /** The proxy that it is called through, and never without; absent or null = none. */
  proxyId?: string | null;
};

/** What became of one attempt, so that the pool can rest or expire the account. */
export type Outcome =
  | { kind: 'ok' }
  /** The client left or the request itself was at fault: says nothing about the account. */
  | { kind: 'neutral' }
  | { kind: 'unauthorised'; message: string }
  /** Too much at once, or all that may be used for now; `scope` says of what. */
  | ({ kind: 'rate_limited'; cause: 'burst' | 'quota'; scope: 'account' | 'model' } & Failed)
  | ({ kind: 'failed'; cause: 'server' | 'network' | 'forbidden' } & Failed);

type Failed = {
  message: string;
  /** When the platform says that it can be asked again, epoch ms; null = it does not say. */
  returnsAt: number | null;
};

/** Who asks for what; the public name of the model. */
export type Asker = {
  principal: Principal;
  model: string;
  /** Where to look first among accounts that are too many to look at all of: any number of 32 bits. */
  start?: number;
  /** Tags of accounts that the request leans on: these are always looked at. */
  leansOn?: readonly string[];
  /** The account that the request is bound to, if any: always looked at too. */
  holder?: string | undefined;
};

export type Considered = { candidates: Candidate[]; skipped: Skipped[] };

export type AccountPool = {
  /**
   * The accounts that may serve someone now, and those that would if they were well, with the reason.
   * Accounts that are disabled or foreign are in neither. Of very many only some are looked at: enough to
   * choose among, and when none of all has room, the one that returns first is told.
   */
  consider(routes: readonly Route[], asker: Asker): Considered;
  /** Marks it busy until `finish`. Throws AppError no_account when it vanished meanwhile. */
  take(candidate: Candidate): Promise<Target>;
  /**
   * After the platform refused the target's secret: gives the target another one where the account can
   * get one. Takes seconds at most; false = there is none.
   */
  renew?(target: Target): Promise<boolean>;
  /** The platform began to answer well: long before `finish` where the answer is a stream. */
  answering(target: Target, limits: ReportedLimits | null): void;
  finish(target: Target, outcome: Outcome): void;
};

/** What a request needs at most, or what it took: tokens, and whole micro-dollars. */
export type Spend = { tokens: number; cost: number };

/** What is reserved, and the rules as they were before. */
export type Hold = { readonly id: string; readonly limits: readonly QuotaLook[] };

export type HoldRequest = Spend & { requestId: string; rules: readonly QuotaRule[] };

export type QuotaGate = {
  /**
   * Reserves one request and what it may spend under every rule, or nothing at all. Throws AppError
   * rate_limited or quota_exhausted that names the rule that refused and carries all of them in
   * `limits`, or storage_unavailable when a rule cannot be checked.
   */
  hold(request: HoldRequest): Promise<Hold>;
  /** Replaces the reservation by what was used, once; a second call does nothing. */
  settle(hold: Hold, spent: Spend): void;
};

/** The rules of what a request only meets on its way, from memory. */
export type QuotaRules = {
  of(subject: QuotaSubject, id: string): readonly QuotaRule[];
};

/** Pool credit reserved for a request. */
export type CreditHold = {
  readonly requestId: string;
  readonly userId: string;
  readonly model: string;
};

/** A lent account, and the platform's name of the model it is asked for. */
export type Borrowed = Pick<Candidate, 'accountId' | 'platformId' | 'upstreamModel'>;

/** How a lent account was used, beside what its platform says is left of it. */
export type LentUse = { accountId: string; tokens: number };

/** What people may draw from accounts that others lend; asked only where a lent account is chosen. */
export type PoolCredit = {
  /** Whether this person may use lent accounts for the model now, from memory; a hint only. */
  may(userId: string, model: string): boolean;
  /**
   * Reserves for one request just before its attempt at the account; it asks again at its next attempt.
   * Null = not enough is left.
   */
  reserve(
    userId: string,
    model: string,
    attempt: { requestId: string; lent: Borrowed },
  ): Promise<CreditHold | null>;
  /** Gives back what was reserved and takes what was used, once; null = no lent account answered. */
  settle(hold: CreditHold, use: LentUse | null): void;
  /** What to tell a person whose credit left no account to choose. */
  refusal(userId: string, model: string): AppError;
};

export type TokenUsage = {
  inputTokens: number;
  /** Part of inputTokens that the platform read from its cache. */
  cachedTokens: number;
  /** Part of inputTokens that the platform wrote to its cache, where it charges for that. */
  cacheWriteTokens: number;
  outputTokens: number;
  /** Part of outputTokens spent on reasoning. */
  reasoningTokens: number;
  /** True when counted here instead of reported by the platform. */
  estimated: boolean;
};

/** What is counted where tokens are not the measure. */
export type Units = { unit: 'image' | 'second' | 'character' | 'search'; amount: number };

/** One line of the ledger: a request and what became of it. */
export type UsageRecord = TokenUsage & {
  /** What was asked for. */
  operation: OperationName;
  units: Units | null;
  /** The request id. */
  id: string;
  /** Epoch milliseconds of arrival. */
  createdAt: number;
  userId: string;
  keyId: string | null;
  door: string;
  model: string;
  platformId: string | null;
  upstreamModel: string | null;
  accountId: string | null;
  stream: boolean;
  /** `ok`, `aborted`, or an error code. */
  outcome: 'ok' | 'aborted' | AppError['code'];
  status: number;
  error: string | null;
  attempts: number;
  /** Whole micro-dollars; null = the model has no price. */
  cost: number | null;
  latencyMs: number;
  firstTokenMs: number | null;
};

/** A response that clients may refer to later (`previous_response_id`, GET /v1/responses/{id}). */
export type StoredResponse = {
  id: string;
  userId: string;
  /** The account at a platform that keeps it; null = kept here, with input and answer. */
  heldBy: { accountId: string; platformId: string } | null;
  model: string;
  previousId: string | null;
  /** The request's own input items, without those of earlier responses; empty when held elsewhere. */
  input: readonly object[];
  /** The response as the client saw it; null when held elsewhere. */
  answer: object | null;
  /** Ids of the items in a response held elsewhere, for requests that refer to one; else empty. */
  itemIds: readonly string[];
  /** Epoch milliseconds. */
  createdAt: number;
};

export type ResponseStore = {
  /** False where nothing is kept: then nothing is found either. */
  readonly keeps: boolean;
  save(response: StoredResponse): Promise<void>;
  /** One of this user's; null when there is none. */
  find(id: string, userId: string): Promise<StoredResponse | null>;
  /** Those of them that are this user’s, in no order. Throws AppError bad_request when there is too much in them. */
  findAll(ids: readonly string[], userId: string): Promise<StoredResponse[]>;
  /** This user's responses at platforms that have one of these items, in no order. */
  holding(itemIds: readonly string[], userId: string): Promise<StoredResponse[]>;
  /**
   * The response and all it continues, the first one first; empty when there is none. It ends at one
   * that a platform keeps, and where an earlier one is gone: then the first one's `previousId` is set.
   * Throws AppError bad_request when there are too many, or too much in them, to be sent again.
   */
  chain(id: string, userId: string): Promise<StoredResponse[]>;
  /** Resolves with false when there was none. */
  delete(id: string, userId: string): Promise<boolean>;
};

/** What is kept of a request for a while, to explain what became of it. */
export type TraceRecord = {
  /** The request id. */
  id: string;
  /** Epoch ms of arrival. */
  at: number;
  userId: string;
  keyId: string | null;
  door: string;
  /** Null when the request was not understood. */
  asked: { operation: OperationName; model: string; stream: boolean } | null;
  error: {
    code: AppError['code'];
    message: string;
    param: string | null;
    /** Epoch ms from which the same request may succeed. */
    retryAt: number | null;
  } | null;
  trace: Trace;
};

export type TraceKeeper = {
  /** Returns at once and never throws; under pressure some are lost. */
  keep(record: TraceRecord): void;
};

export type UsageLedger = {
  /** Resolves once the record survives the death of this process. */
  record(record: UsageRecord): Promise<void>;
};

/** A request that was told to end. */
export type EndedRequest = {
  id: string;
  /** Epoch ms of arrival. */
  at: number;
  /** Empty where something was only looked up. */
  door: string;
  /** The public name; empty = it was not understood yet. */
  model: string;
  stream: boolean;
  /** Whether a platform was at work on it. */
  asked: boolean;
  /** Resolves once it is settled and its client told; never rejects. */
  done: Promise<void>;
};

/** What runs in this process. The gateway implements it for whoever must end it. */
export type RunningRequests = {
  /** Whose requests run now. */
  users(): ReadonlySet<string>;
  /**
   * Ends what this person has running, of what arrived until then (epoch ms); those that end already
   * are not told of.
   */
  end(userId: string, reason: AppError, until?: number): EndedRequest[];
};
