/** What every job needs to know of its target, and when it looks. */
type Common = {
  url: string;
  key: string;
  /** The target's process. */
  pid: number;
  /** Load before the look begins, so that caches and connections are warm. */
  warmMs: number;
  measureMs: number;
};

/** So many clients, each asking again as soon as it was answered. */
export type ClosedLoop = Common & { kind: 'closed'; bytes: number; clients: number };

/** Requests at times of their own, however slow the answers are. */
export type OpenLoop = Common & {
  kind: 'open';
  bytes: number;
  ratePerSecond: number;
  seed: number;
};

/** Streams that are opened one by one within `openMs` and all run until the look is over. */
export type Streams = Common & { kind: 'streams'; streams: number; gapMs: number; openMs: number };

export type Job = ClosedLoop | OpenLoop | Streams;

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
