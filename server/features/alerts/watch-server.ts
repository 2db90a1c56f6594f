import { createHash } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import type { MailState } from '#shared/schemas/registration.ts';
import type { Clock } from '../../infra/clock.ts';
import { connectQuotaRedis } from '../quotas/index.ts';
import type { RaisedAlert } from './alerts.ts';
import type { Watcher } from './watch.ts';

const MB = 1_048_576;
const LUA = "return redis.call('TIME')";
const TIME = { lua: LUA, sha: createHash('sha1').update(LUA).digest('hex') };

export type WatchServerDeps = {
  /** This server's name. */
  server: string;
  dataDir: string;
  ledger: { flush(): Promise<void>; pending(): number };
  mail: { state(): Pick<MailState, 'sent' | 'failures'> };
  /** What other clocks show, epoch ms, by whose they are. */
  clocks: Readonly<Record<string, () => Promise<number>>>;
  clock: Pick<Clock, 'now'>;
  freeBytes?: (dir: string) => Promise<number>;
};

/** What a server knows of itself: its disk, its clock, its journal and its mails. */
export function createServerWatchers(deps: WatchServerDeps): Watcher[] {
  const { clock, clocks, dataDir, ledger, mail, server, freeBytes = freeBytesOf } = deps;
  const subject = { kind: 'server', id: server, name: server } as const;
  const alert = (
    kind: RaisedAlert['kind'],
    facts: NonNullable<RaisedAlert['facts']>,
    part = '',
  ): RaisedAlert => ({ kind, key: `${kind}:${server}${part}`, subject, ownerId: null, facts });

  let flushing: { since: number; records: number } | null = null;
  /** Starts a wait for the journal, unless one is under way; since when that is. */
  function behindSince(): { since: number; records: number } | null {
    if (flushing === null && ledger.pending() > 0) {
      const begun = { since: clock.now(), records: ledger.pending() };
      flushing = begun;
      const done = () => {
        if (flushing === begun) flushing = null;
      };
      ledger.flush().then(done, done);
    }
    return flushing;
  }

  const sent = { count: 0, at: 0 };

  return [
    {
      kind: 'disk.low',
      ofServer: true,
      async find({ diskFreeMb }) {
        const freeMb = Math.floor((await freeBytes(dataDir)) / MB);
        return freeMb < diskFreeMb ? [alert('disk.low', { freeMb, leastMb: diskFreeMb })] : [];
      },
    },
    {
      kind: 'clock.skew',
      ofServer: true,
      async find({ clockSkewMs }) {
        const found: RaisedAlert[] = [];
        for (const [against, ask] of Object.entries(clocks)) {
          const apart = await skewOf(ask, clock);
          if (apart === null || apart <= clockSkewMs) continue;
          const seconds = Math.round(apart / 100) / 10;
          found.push(alert('clock.skew', { against, seconds }, `:${against}`));
        }
        return found;
      },
    },
    {
      kind: 'usage.behind',
      ofServer: true,
      async find({ usageBehindSeconds }) {
        const behind = behindSince();
        const seconds = behind ? Math.floor((clock.now() - behind.since) / 1_000) : 0;
        if (seconds < usageBehindSeconds) return [];
        return [alert('usage.behind', { seconds, records: ledger.pending() })];
      },
    },
    {
      kind: 'mail.failing',
      ofServer: true,
      async find({ mailFailures }) {
        const state = mail.state();
        if (state.sent !== sent.count) Object.assign(sent, { count: state.sent, at: clock.now() });
        const failed = state.failures.filter(({ at }) => Date.parse(at) > sent.at);
        if (failed.length < mailFailures) return [];
        const reason = failed[0]?.why ?? '';
        return [alert('mail.failing', { failures: failed.length, reason })];
      },
    },
  ];
}

/** How far a clock is from ours at least, ms; null where it does not answer. */
async function skewOf(
  ask: () => Promise<number>,
  clock: Pick<Clock, 'now'>,
): Promise<number | null> {
  const before = clock.now();
  const there = await ask().catch(() => null);
  if (there === null) return null;
  const after = clock.now();
  // NOTE: the answer was true at some moment in between.
  return Math.max(0, before - there, there - after);
}

async function freeBytesOf(dir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dir);
  return bavail * bsize;
}

/** Asks Redis what time it is. */
export function createRedisTime(url: string) {
  const link = connectQuotaRedis(url);
  return {
    async now(): Promise<number> {
      const [seconds, micros] = (await link.run(TIME, [], [])) as [string, string];
      return Number(seconds) * 1_000 + Number(micros) / 1_000;
    },
    close: () => link.close(),
  };
}
