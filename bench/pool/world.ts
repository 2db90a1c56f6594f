import type { Random } from './random.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Span = { from: number; to: number };

/** An account as its platform sees it. */
export type WorldAccount = {
  id: string;
  platformId: string;
  /** Requests by the minute and by the day. */
  rpm: number;
  daily: number;
  /** Most requests at once; the gateway knows it. */
  most: number;
  /** When it does not work. */
  outages: Span[];
};

export type World = { start: number; accounts: WorldAccount[] };

/** Accounts at 8 platforms whose limits differ tenfold; platforms and accounts are out at times. */
export function makeWorld(random: Random, start: number, count = 30): World {
  const platforms = Array.from({ length: 8 }, (_, at) => `platform-${at + 1}`);
  const outages = new Map(platforms.map((id) => [id, spans(random, start, 2, [10, 45])]));
  const accounts = Array.from({ length: count }, (_, at): WorldAccount => {
    const platformId = platforms[at % platforms.length] ?? '';
    const daily = random.pick([500, 1_000, 1_500, 2_000, 3_000, 5_000]);
    return {
      id: `account-${at + 1}`,
      platformId,
      daily,
      rpm: Math.max(5, Math.round((daily / 1_440) * random.between(4, 10))),
      most: random.whole(2, 8),
      outages: [...(outages.get(platformId) ?? []), ...spans(random, start, 1, [5, 60])],
    };
  });
  return { start, accounts };
}

function spans(random: Random, start: number, most: number, minutes: [number, number]): Span[] {
  return Array.from({ length: random.whole(0, most) }, () => {
    const from = start + random.between(0, DAY);
    return { from, to: from + random.between(...minutes) * MINUTE };
  });
}

/** What a platform says to an attempt. */
export type Verdict =
  | { kind: 'served'; ms: number }
  | { kind: 'failed'; ms: number }
  | { kind: 'limited'; ms: number; cause: 'burst' | 'quota'; returnsAt: number };

type Counts = { minute: number; inMinute: number; inDay: number; running: number };

/** The platforms: they count what they are asked, and answer, fail or refuse. */
export function createPlatforms(world: World, random: Random) {
  const counts = new Map<string, Counts>();
  const countsOf = (id: string): Counts => {
    let use = counts.get(id);
    if (!use) {
      use = { minute: 0, inMinute: 0, inDay: 0, running: 0 };
      counts.set(id, use);
    }
    return use;
  };
  const inMinute = (use: Counts, now: number) =>
    use.minute === Math.floor(now / MINUTE) ? use.inMinute : 0;

  function isOut({ outages }: WorldAccount, now: number): boolean {
    return outages.some(({ from, to }) => from <= now && now < to);
  }

  return {
    /** Whether the account could answer one more request this moment. */
    hasRoom(account: WorldAccount, now: number): boolean {
      const use = countsOf(account.id);
      return (
        !isOut(account, now) &&
        use.running < account.most &&
        use.inDay < account.daily &&
        inMinute(use, now) < account.rpm
      );
    },
    /** Asks for one answer; `ended` is called when it is over. */
    ask(account: WorldAccount, now: number): Verdict {
      const use = countsOf(account.id);
      if (isOut(account, now)) return { kind: 'failed', ms: random.between(50, 3_000) };
      const limited = { kind: 'limited', ms: random.between(30, 200) } as const;
      if (use.inDay >= account.daily) {
        return { ...limited, cause: 'quota', returnsAt: world.start + DAY };
      }
      const minute = Math.floor(now / MINUTE);
      if (inMinute(use, now) >= account.rpm) {
        return { ...limited, cause: 'burst', returnsAt: (minute + 1) * MINUTE };
      }
      Object.assign(use, { minute, inMinute: inMinute(use, now) + 1, inDay: use.inDay + 1 });
      use.running += 1;
      return { kind: 'served', ms: 500 + random.wait(6_000) };
    },
    ended({ id }: WorldAccount): void {
      countsOf(id).running -= 1;
    },
    /** What the platform tells with an answer: the part of the day's requests that is left. */
    remaining: ({ id, daily }: WorldAccount): number => 1 - countsOf(id).inDay / daily,
    used: ({ id }: WorldAccount): number => countsOf(id).inDay,
  };
}
