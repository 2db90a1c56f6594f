import { AppError } from '#shared/errors.ts';
import type { Borrowed, CreditHold, LentUse, PoolCredit } from '../../gateway/ports.ts';
import type { Clock } from '../../infra/clock.ts';
import { consumedBy, isTold } from './consumed.ts';
import type { CreditRepo } from './credit.repo.ts';
import { microsOf } from './credit.ts';
import { createKnownCredits } from './known-credits.ts';
import { type AccountQuota, createMeters, type Reading } from './meters.ts';
import type { LivePoolSettings } from './pool.settings.ts';
import { createRetries } from './retries.ts';

/** A reservation that its process does not renew is freed after so long, and a round later at most. */
const HOLD_MS = 40_000;
const ROUND_MS = 10_000;
/** Clocks of servers differ, and transactions end later than they begin. */
const OVERLAP_MS = 60_000;
/** So long no request waits again for a database that was away a moment ago. */
const AWAY_MS = 5_000;
const KEPT_MS = 90 * 24 * 3_600_000;
const FORGET_AT_ONCE = 1_000;

export type PoolCreditDeps = {
  repo: CreditRepo;
  settings: Pick<LivePoolSettings, 'current' | 'groupOf'>;
  clock: Clock;
  /** Names this process among those that hold reservations; a UUID. */
  holder: string;
  /** Which of an account's quotas counts for the model, and what is left; 1 when its platform does not tell. */
  quotaOf(lent: Borrowed): AccountQuota;
  /** What an account may spend a day by its own rule; null = it has none. */
  tokensPerDayOf(accountId: string): number | null;
  /** Told of statements that failed; they are sent again. */
  onError(error: unknown): void;
  /** Told of a lent use whose share of the account's quota nobody can tell: it costs nothing. */
  onUnknownUse(accountId: string, requestId: string): void;
};

export type RunningPoolCredit = PoolCredit & {
  /** Reads the credits that changed lately; null = all of them. */
  refresh(everything?: boolean): Promise<void>;
  /** Reads all credits and begins to renew, free and forget. Rejects like the database. */
  start(): Promise<void>;
  /** Waits for settlements under way. */
  close(): Promise<void>;
};

type Held = CreditHold & {
  groupKey: string;
  amount: bigint;
  inDatabase: boolean;
  /** The account that is tried for it. */
  lent: Borrowed;
};

/** Reserves and settles credit in PostgreSQL, with a copy in memory for the first look. */
export function createPoolCredit(deps: PoolCreditDeps): RunningPoolCredit {
  const { clock, holder, onError, repo, settings } = deps;
  const known = createKnownCredits();
  const held = new Map<string, Held>();
  const meters = createMeters();
  const retries = createRetries({ clock, onError });
  let cancelRound: (() => void) | null = null;
  let round: Promise<void> = Promise.resolve();
  let seenAt: number | null = null;
  let closed = false;
  let awayUntil = 0;

  const keyFor = (userId: string, model: string) => ({ userId, groupKey: settings.groupOf(model) });
  const perRequest = () => microsOf(settings.current().reserve);

  async function inDatabase(hold: Held): Promise<'held' | 'refused' | 'away' | 'unsure'> {
    const { amount, groupKey, requestId: id, userId } = hold;
    const now = clock.now();
    if (now < awayUntil) return 'away';
    const wanted = { id, userId, groupKey, amount, holder, expiresAt: now + HOLD_MS };
    try {
      const row = await repo.reserve(wanted, now);
      if (row === 'twice') return 'held';
      // What is known here is out of date: the refusal is to say when it is worth to come back.
      const rows = row === null ? await repo.ofUser(userId) : [row];
      rows.forEach(known.learn);
      return row === null ? 'refused' : 'held';
    } catch (error) {
      onError(error);
      awayUntil = clock.now() + AWAY_MS;
      return 'unsure';
    }
  }

  function giveBack({ groupKey, requestId: id, userId }: Held): void {
    const now = clock.now();
    retries.run(async () => {
      const row = await repo.release({ id, userId, groupKey }, now);
      if (row) known.learn(row);
    });
  }

  /** From now on the account's losses are this request's too, and those of the one before are not. */
  function watch(hold: Held, lent: Borrowed): void {
    meters.drop(hold.requestId, deps.quotaOf(hold.lent).name);
    hold.lent = lent;
    meters.begin(hold.requestId, deps.quotaOf(lent));
  }

  function consumed(
    { accountId, tokens }: LentUse,
    { reading, requestId }: { reading: Reading | null; requestId: string },
  ): bigint {
    const micros = consumedBy({
      reading,
      tokens,
      tokensPerDay: deps.tokensPerDayOf(accountId),
    });
    if (micros === null && tokens > 0) deps.onUnknownUse(accountId, requestId);
    return micros ?? 0n;
  }

  async function refresh(everything = false): Promise<void> {
    const now = clock.now();
    const since = everything || seenAt === null ? null : seenAt - OVERLAP_MS;
    for (const row of await repo.changed(since)) known.learn(row);
    seenAt = now;
  }

  async function goRound(): Promise<void> {
    const now = clock.now();
    if (held.size > 0 || retries.waiting() > 0) await repo.renew(holder, now + HOLD_MS);
    for (const row of await repo.free(now)) known.learn(row);
    await refresh();
    await repo.forget(now - KEPT_MS, FORGET_AT_ONCE);
  }

  function nextRound(): void {
    cancelRound = clock.setTimer(ROUND_MS, () => {
      round = goRound()
        .catch(onError)
        .finally(() => {
          if (!closed) nextRound();
        });
    });
  }

  return {
    may(userId, model) {
      if (!settings.current().credit) return true;
      return known.left(keyFor(userId, model), clock.now()) >= perRequest();
    },

    async reserve(userId, model, { lent, requestId }) {
      const before = held.get(requestId);
      if (before) {
        watch(before, lent);
        return before;
      }
      const key = keyFor(userId, model);
      const free = !settings.current().credit;
      const amount = free ? 0n : perRequest();
      const hold: Held = {
        requestId,
        userId,
        model,
        groupKey: key.groupKey,
        amount,
        inDatabase: !free,
        lent,
      };
      if (free) return hold;
      held.set(requestId, hold);
      watch(hold, lent);
      const found = await inDatabase(hold);
      // NOTE: while the database is away people go on with what was there when it was last seen.
      const isAway = found === 'away' || found === 'unsure';
      const here = isAway && known.left(key, clock.now()) >= amount;
      if (here) {
        hold.inDatabase = false;
        known.holdHere(key, amount);
        return hold;
      }
      if (found === 'held') return hold;
      held.delete(requestId);
      meters.drop(requestId, deps.quotaOf(lent).name);
      // NOTE: the answer may be lost and the reservation made, which would be renewed for ever.
      if (found === 'unsure') giveBack(hold);
      return null;
    },

    settle(hold, use) {
      const mine = held.get(hold.requestId);
      if (!mine) return;
      held.delete(hold.requestId);
      const { amount, groupKey, model, requestId: id, userId } = mine;
      if (!mine.inDatabase) known.dropHere({ userId, groupKey }, amount);
      const now = clock.now();
      const quota = deps.quotaOf(mine.lent);
      if (!use) {
        meters.drop(id, quota.name);
        giveBack(mine);
        return;
      }
      const reading = meters.end(id, quota);
      const told = isTold(reading) ? reading : null;
      const spending = {
        ...{ id, userId, groupKey, model },
        accountId: use.accountId,
        consumed: consumed(use, { reading, requestId: id }),
        quotaBefore: told && millionths(told.before),
        quotaAfter: told && millionths(told.after),
      };
      retries.run(async () => {
        const row = await repo.settle(spending, now);
        if (row) known.learn(row);
      });
    },

    refusal(userId, model) {
      const key = keyFor(userId, model);
      const now = clock.now();
      const at = known.enoughAt(key, perRequest(), now);
      return new AppError(
        'quota_exhausted',
        at === null
          ? `Only accounts that others lend serve "${model}", and you have no pool credit for it. Lend an account of your own in the console to earn some.`
          : `Your pool credit for "${model}" is used up for now. It recovers by itself; the pool page in the console shows how fast.`,
        { param: 'model', ...(at !== null && { retryAfterMs: Math.max(1_000, at - now) }) },
      );
    },

    refresh,

    async start() {
      await refresh(true);
      nextRound();
    },

    async close() {
      closed = true;
      cancelRound?.();
      await round;
      await retries.close();
    },
  };
}

function millionths(fraction: number): number {
  return Number(microsOf(fraction));
}
