/** What every job needs to know of its target. */
export type Aim = {
  url: string;
  key: string;
  /** The target's process. */
  pid: number;
  /** Further headers of each request. */
  headers?: Readonly<Record<string, string>>;
};

/** What a request is asked in. */
export type Door = 'chat' | 'messages';

/** When a job looks. */
type Common = Aim & {
  /** Load before the look begins, so that caches and connections are warm. */
  warmMs: number;
  measureMs: number;
};

/** So many clients, each asking again as soon as it was answered. */
export type ClosedLoop = Common & {
  kind: 'closed';
  bytes: number;
  clients: number;
  door?: Door;
};

/** Requests at times of their own, however slow the answers are. */
export type OpenLoop = Common & {
  kind: 'open';
  bytes: number;
  ratePerSecond: number;
  seed: number;
};

/** Streams that are opened one by one within `openMs` and all run until the look is over. */
export type Streams = Common & { kind: 'streams'; streams: number; gapMs: number; openMs: number };

/** So many requests, or short streams, however long they take; all of them are looked at. */
export type Counted = Aim & {
  kind: 'counted';
  requests: number;
  bytes: number;
  clients: number;
  /** Each is a stream of so many chunks at this distance. */
  stream?: { gapMs: number; chunks: number };
  /** Connections are closed then, and what was not answered is an error. */
  mostMs: number;
};

export type Job = ClosedLoop | OpenLoop | Streams | Counted;

export type Latency = { p50Ms: number; p99Ms: number };

export type Measured = {
  /** Requests the target answered with status 200 and to the end, in the whole job. */
  answered: number;
  /** Requests it did not, broken streams among them. */
  errors: number;
  /** Streams that ended as they should, but with chunks missing. */
  short: number;
  /** Answers, or chunks of streams, that came during the look. */
  count: number;
  seconds: number;
  /** CPU of the target's process during the look. */
  cpuUs: number;
  /** CPU of the processes it started (its database). */
  childrenCpuUs: number;
  rssMb: number;
  /** Of an answer, from the scheduled time; of a chunk, from when the upstream wrote it. */
  latency: Latency;
  /** Of a stream's first chunk, from the request. */
  firstChunk: Latency | null;
  /** Chunks delivered, as a share of those due. */
  delivered: number | null;
};
