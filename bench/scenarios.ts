import type { Aim, ClosedLoop, Job, OpenLoop, Streams } from './load/jobs.ts';

type Load =
  | Omit<ClosedLoop, keyof Aim>
  | Omit<OpenLoop, keyof Aim | 'seed'>
  | Omit<Streams, keyof Aim>;

export type ScenarioName = 'small' | 'large' | 'streams' | 'many-streams' | 'open' | 'slow-streams';
export type Scenario = {
  name: ScenarioName;
  title: string;
  load: Load;
  rounds: number;
  /** Whether the targets are started anew for it. */
  fresh?: true;
  /** Left out for peers: far more than they can take, so that nothing but a queue would be seen. */
  withoutPeers?: true;
};

export type Size = 'quick' | 'full';

export const ROUNDS = { quick: 4, full: 10 };
const LOOKS = {
  quick: { warmMs: 300, measureMs: 1_200 },
  full: { warmMs: 500, measureMs: 2_500 },
};

/** What is measured, in this order. */
export function scenarios(size: Size): Scenario[] {
  const rounds = ROUNDS[size];
  const look = LOOKS[size];
  const always: Scenario[] = [
    {
      name: 'small',
      title: '480-byte request, 600-byte answer, 32 clients',
      load: { kind: 'closed', bytes: 480, clients: 32, ...look },
      rounds,
    },
    {
      name: 'large',
      title: '200 kB request, 600-byte answer, 8 clients',
      load: { kind: 'closed', bytes: 200_000, clients: 8, ...look },
      rounds,
    },
    {
      name: 'streams',
      title: '100 streams of 50 chunks/s',
      load: { kind: 'streams', streams: 100, gapMs: 20, openMs: 300, ...look },
      rounds,
    },
  ];
  if (size === 'quick') return always;
  return [
    ...always,
    {
      name: 'many-streams',
      title: '500 streams of 50 chunks/s',
      load: { kind: 'streams', streams: 500, gapMs: 20, openMs: 1_000, ...look },
      rounds,
    },
    {
      name: 'open',
      title: 'open loop, 1,000 requests/s of 480 bytes, Poisson arrivals',
      load: { kind: 'open', bytes: 480, ratePerSecond: 1_000, warmMs: 500, measureMs: 3_000 },
      rounds,
      withoutPeers: true,
    },
    {
      name: 'slow-streams',
      title: '5,000 streams of 4 chunks/s, in processes of their own',
      load: {
        kind: 'streams',
        streams: 5_000,
        gapMs: 250,
        openMs: 5_000,
        warmMs: 1_500,
        measureMs: 5_000,
      },
      rounds: 1,
      fresh: true,
      withoutPeers: true,
    },
  ];
}

/** The job of one round; arrivals differ from round to round, and are the same for every target. */
export function jobOf(load: Load, aim: Aim, round: number): Job {
  return load.kind === 'open' ? { ...load, ...aim, seed: round + 1 } : { ...load, ...aim };
}
