import type { Operation, Protocol } from '#shared/schemas/platforms.ts';
import type { Quirks } from './quirks.ts';

export type { Operation } from '#shared/schemas/platforms.ts';

/** How a request proves whose it is: the header that carries the account's key. */
export type Auth = 'bearer' | 'x-api-key' | 'x-goog-api-key' | 'none';

/** One protocol a platform speaks, and where. */
export type Endpoint = {
  protocol: Protocol;
  /** Where the protocol's paths are appended; null = answered in this process (sandbox). */
  baseUrl: string | null;
  auth: Auth;
};

/** Where an operation is: `path` is below the base URL. */
export type OperationPoint = { baseUrl: string; path: string };

/** What Gatehouse knows about an AI platform. One file a platform, with its sources in the docstring. */
export type Platform = {
  id: string;
  /** As its maker writes it. */
  name: string;
  /**
   * The protocols it speaks, one endpoint each. A client's own protocol is used when it is among
   * them; requests of other protocols are translated to the first.
   */
  endpoints: readonly [Endpoint, ...Endpoint[]];
  /** What is forwarded as it came and never translated; OpenAI's form, the key as a bearer token. */
  operations: Readonly<Partial<Record<Operation, OperationPoint>>>;
  /** Where a model departs from the protocols; absent = nowhere that is known. */
  quirks?: (model: string) => Quirks;
  /**
   * One name for the models that it counts against one limit; a name of its own group is in that
   * group. Absent = each model has a limit of its own.
   */
  quotaGroup?: (model: string) => string;
  /** What a refusal of this platform says about the account; null = as with others, see judge-failure.ts. */
  classify?: (failure: UpstreamFailure, now: number) => FailureKind | Judgement | null;
  /** True where Gatehouse makes the accounts itself; people neither add nor lend any. Absent = false. */
  managed?: boolean;
  /** True where a server may be open to anyone who reaches it, such as one in the own network. */
  keyOptional: boolean;
  /** Page on which a person makes a key; null when unknown. */
  keyUrl: string | null;
  /** Where its terms of use are; absent = unknown. */
  termsUrl?: string;
  /** Whether the first endpoint has the model list of its protocol; see model-list.ts. */
  listsModels: boolean;
  /** Models offered before its list was fetched. */
  models: readonly string[];
};

/**
 * What a refusal means: too much at once, all used up for now, a dead key, an account that is barred,
 * the platform's own trouble, or nothing about the account.
 */
export type FailureKind = 'burst' | 'quota' | 'credential' | 'forbidden' | 'server' | 'request';

export type Judgement = {
  kind: FailureKind;
  /** `model`: only the model that was asked for is limited; the account serves others. */
  scope?: 'account' | 'model';
  /** Epoch ms at which the account may be asked again; absent = as the headers say. */
  returnsAt?: number | null;
};

/** A refusal as a platform sent it; also an error inside an answer with status 200. */
export type UpstreamFailure = {
  status: number;
  /** Codes and types in the body, as text. */
  codes: readonly string[];
  message: string;
  /** The whole body as JSON; null when it is none. */
  body: unknown;
  headers: UpstreamAnswer['headers'];
};

/** Whether an account there proves itself with a key. */
export function needsKey({ endpoints }: Pick<Platform, 'endpoints'>): boolean {
  return endpoints[0].auth !== 'none';
}

/** One request to a platform, in the platform's own protocol. */
export type UpstreamRequest = {
  baseUrl: string | null;
  /** Path below the base URL, e.g. `/chat/completions`. */
  path: string;
  method: 'GET' | 'POST' | 'DELETE';
  /** How the secret is sent. */
  auth: Auth;
  secret: string | null;
  /** Further headers, lower case: what the protocol needs and the client's own that are passed on. */
  headers: Readonly<Record<string, string>>;
  body: Buffer | null;
  /** Of the body; JSON unless given. */
  contentType?: string;
  /** Settings of the account, for platforms that have some. */
  options: Readonly<Record<string, unknown>>;
  /** The account's proxy; absent or null = it has none. */
  proxyId?: string | null;
  signal: AbortSignal;
  /** Longest silence before headers and between chunks. */
  timeoutMs: number;
};

/** The platform's answer. `body` must be read to its end or destroyed. */
export type UpstreamAnswer = {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: AsyncIterable<Uint8Array> & { destroy(error?: Error): unknown };
};

/**
 * Sends a request to a platform. Throws AppError upstream_failed, upstream_timeout, outbound_refused or
 * proxy_failed.
 */
export type CallPlatform = (request: UpstreamRequest) => Promise<UpstreamAnswer>;
