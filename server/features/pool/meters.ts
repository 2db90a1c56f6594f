import { microsOf } from './credit.ts';

/** One quota of one account, by a name of its own, and the part of it that is left, 0 to 1. */
export type AccountQuota = { name: string; remaining: number };

/** What a request saw of the quota, 0 to 1, and its part of what the quota lost, in micro-credits. */
export type Reading = { before: number; after: number; lost: bigint };

type Meter = {
  /** What was left when it was last looked at. */
  last: bigint;
  /** What was lost while requests ran and none of them has paid for yet. */
  unpaid: bigint;
  /** What each running request saw when it began. */
  running: Map<string, number>;
};

/**
 * Watches what accounts lose while lent requests run on them, so that requests at the same time do not
 * each pay for all of it: every loss is paid for once. Which of them took how much no platform tells;
 * whoever ends pays as if those still running took as much as it did, and the last one the rest.
 */
export function createMeters() {
  const meters = new Map<string, Meter>();

  function look({ name, remaining }: AccountQuota): Meter {
    const now = microsOf(remaining);
    const meter = meters.get(name) ?? { last: now, unpaid: 0n, running: new Map() };
    meters.set(name, meter);
    // A quota that grew was reset meanwhile.
    if (now < meter.last) meter.unpaid += meter.last - now;
    meter.last = now;
    return meter;
  }

  function leave(name: string, meter: Meter, requestId: string): void {
    meter.running.delete(requestId);
    // NOTE: what is lost while nobody borrows is the owner's own affair.
    if (meter.running.size === 0) meters.delete(name);
  }

  return {
    /** A request is about to be sent to the account. */
    begin(requestId: string, quota: AccountQuota): void {
      look(quota).running.set(requestId, quota.remaining);
    },

    /** It was answered; null when it never began. */
    end(requestId: string, quota: AccountQuota): Reading | null {
      const before = meters.get(quota.name)?.running.get(requestId);
      if (before === undefined) return null;
      const meter = look(quota);
      const lost = meter.unpaid / BigInt(meter.running.size);
      meter.unpaid -= lost;
      leave(quota.name, meter, requestId);
      return { before, after: quota.remaining, lost };
    },

    /** It came to nothing there: what was lost is for the others to pay. */
    drop(requestId: string, name: string): void {
      const meter = meters.get(name);
      if (meter) leave(name, meter, requestId);
    },

    /** Quotas that are watched now. */
    size: () => meters.size,
  };
}
