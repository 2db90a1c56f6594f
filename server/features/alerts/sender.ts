import type { Clock } from '../../infra/clock.ts';
import type { ChannelRow, ChannelsRepo } from './channels.repo.ts';
import type { DeliveriesRepo, Due } from './deliveries.repo.ts';
import { messageOf } from './messages.ts';
import { quietUntil } from './quiet-hours.ts';
import type { Targets } from './targets.ts';
import type { Tell, Told } from './tell.ts';

const EVERY_MS = 5_000;
const MOST_AT_ONCE = 50;
/** Longer than a whole batch of one channel takes. */
const CLAIMED_MS = 1_800_000;
/** Waits before the second try and each one after; then it is given up. */
const AGAIN_AFTER_MS = [10_000, 60_000, 300_000, 1_800_000, 7_200_000];

export type SenderDeps = {
  repo: Pick<DeliveriesRepo, 'claim' | 'hold' | 'settle'>;
  channels: Pick<ChannelsRepo, 'find'>;
  targets: Pick<Targets, 'open'>;
  tell: Tell;
  publicUrl: string | null;
  clock: Clock;
  onError(error: unknown): void;
};

/** Tells channels what is in line, every few seconds; each delivery is one server's. */
export function createSender(deps: SenderDeps) {
  const { channels, clock, onError, publicUrl, repo, targets, tell } = deps;
  let cancel: (() => void) | null = null;
  let running: Promise<void> | null = null;
  let again = false;
  let started = false;
  let closed = false;

  async function send(channel: ChannelRow, due: readonly Due[]): Promise<void> {
    const ids = due.map(({ id }) => id);
    const [first] = due;
    if (!first) return;
    const { language } = channel;
    const told = await tell({
      ...{ kind: channel.kind, language, target: targets.open(channel) },
      message: messageOf(due, { language, publicUrl }),
      id: first.id,
    });
    const now = clock.now();
    const attempts = Math.max(...due.map((one) => one.attempts));
    const held = due.some(({ state }) => state === 'held');
    await repo.settle(ids, outcomeOf(told, { attempts, held, now }), new Date(now));
  }

  /** Of one channel, in order: what was held goes out as one. */
  async function toChannel(channelId: string, due: readonly Due[]): Promise<void> {
    const channel = await channels.find(channelId);
    if (!channel?.enabled) {
      const error = 'The channel is switched off.';
      const off = { state: 'failed', nextAt: null, status: null, error } as const;
      return repo.settle(
        due.map(({ id }) => id),
        off,
        new Date(clock.now()),
      );
    }
    const until = quietUntil(channel, clock.now());
    const quiet = until === null ? [] : due.filter((one) => !isCritical(one));
    if (until !== null && quiet.length > 0) {
      await repo.hold(
        quiet.map(({ id }) => id),
        new Date(until),
      );
    }
    const now = due.filter((one) => !quiet.includes(one));
    const held = now.filter(({ state }) => state === 'held');
    if (held.length > 0) await send(channel, held);
    for (const one of now) if (one.state !== 'held') await send(channel, [one]);
  }

  async function all(): Promise<void> {
    for (let taken = MOST_AT_ONCE; taken === MOST_AT_ONCE && !closed; ) {
      const now = clock.now();
      const due = await repo.claim(new Date(now), new Date(now + CLAIMED_MS), MOST_AT_ONCE);
      taken = due.length;
      const byChannel = Map.groupBy(due, ({ channelId }) => channelId);
      // What fails here stays claimed, and is tried again when that ends.
      await Promise.all([...byChannel].map(([id, ofOne]) => toChannel(id, ofOne).catch(onError)));
    }
  }

  function round(): void {
    if (closed) return;
    if (running) {
      again = true;
      return;
    }
    cancel?.();
    again = false;
    running = all()
      .catch(onError)
      .finally(() => {
        running = null;
        if (closed) return;
        if (again) round();
        else cancel = clock.setTimer(EVERY_MS, round);
      });
  }

  return {
    start(): void {
      started = true;
      round();
    },
    /** Looks now. */
    wake(): void {
      if (started) round();
    },
    /** Tells what is in line, beside the rounds. */
    deliver: all,
    /** Waits for what is on its way. */
    async close(): Promise<void> {
      closed = true;
      cancel?.();
      await running;
    },
  };
}

function isCritical({ about, alert }: Due): boolean {
  return (alert?.severity ?? about?.severity) === 'critical';
}

type Tried = { attempts: number; held: boolean; now: number };

function outcomeOf({ refusal, status }: Told, { attempts, held, now }: Tried) {
  if (refusal === null) return { state: 'sent', status } as const;
  const { again, error, retryAfterMs = 0 } = refusal;
  const wait = AGAIN_AFTER_MS[attempts - 1];
  if (!again || wait === undefined) {
    return { state: 'failed', nextAt: null, status, error } as const;
  }
  const nextAt = new Date(now + Math.max(wait, retryAfterMs));
  return { state: held ? 'held' : 'waiting', nextAt, status, error } as const;
}
