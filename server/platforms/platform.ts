import type { Protocol } from '#shared/schemas/platforms.ts';

/** What Gatehouse knows about an AI platform. One file a platform, with its sources in the docstring. */
export type Platform = {
  id: string;
  /** As its maker writes it. */
  name: string;
  protocol: Protocol;
  /** Where the protocol's paths are appended; null = answered in this process (sandbox). */
  baseUrl: string | null;
  /** How an account proves itself. */
  auth: 'bearer' | 'none';
  /** True where a server may be open to anyone who reaches it, such as one in the own network. */
  keyOptional: boolean;
  /** Page on which a person makes a key; null when unknown. */
  keyUrl: string | null;
  /** Whether `GET {baseUrl}/models` exists. */
  listsModels: boolean;
  /** Models offered before its list was fetched. */
  models: readonly string[];
};

/** One request to a platform, in the platform's own protocol. */
export type UpstreamRequest = {
  baseUrl: string | null;
  /** Path below the base URL, e.g. `/chat/completions`. */
  path: string;
  method: 'GET' | 'POST';
  secret: string | null;
  body: Buffer | null;
  /** Settings of the account, for platforms that have some. */
  options: Readonly<Record<string, unknown>>;
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

/** Sends a request to a platform. Throws AppError upstream_failed, upstream_timeout, outbound_refused. */
export type CallPlatform = (request: UpstreamRequest) => Promise<UpstreamAnswer>;
