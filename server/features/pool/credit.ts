/**
 * What a person may draw from lent accounts, as whole micro-credits: a million of them is one
 * account's whole quota. Everything here is arithmetic: no clock, no storage. The statements of
 * credit.repo.ts do the same inside PostgreSQL, and a test holds one against the other.
 */
export type Credit = {
  /** What may be drawn, 0 to `max`. */
  quota: bigint;
  max: bigint;
  /** Recovered per hour. */
  rate: bigint;
  /** Reserved by running requests; more than `quota` only after a withdrawal or a large bill. */
  held: bigint;
  /** Used beyond what was there; recovery pays it first. */
  owed: bigint;
  /** Part of a micro-credit recovered so far, in 1/3600000. */
  carry: bigint;
  /** What withdrawing could not take back, because it was spent. */
  waived: bigint;
  waivedAt: number | null;
  /** Since the beginning: got by lending and recovery, taken by withdrawing, spent on requests. */
  granted: bigint;
  taken: bigint;
  spent: bigint;
  /** Epoch ms until which recovery is counted in. */
  updatedAt: number;
};

/** One account's whole quota. */
export const ONE_CREDIT = 1_000_000n;
/** What each lent account adds to the ceiling, and how long an empty pool takes to fill. */
const CEILING = 2n * ONE_CREDIT;
const HOUR_MS = 3_600_000n;
export const FILL_MS = 5 * 3_600_000;

/** How credit recovers: 20 % of the ceiling an hour, or less for accounts on a free plan. */
export type RecoveryRule = 'flat' | 'tiered';
const PER_PAID = 400_000n;
const PER_FREE = 12_000n;

/** Recovery per hour. Source: shared/contracts, plug-in API, 5.2. */
export function recoveryRate(rule: RecoveryRule, { free, paid }: { free: number; paid: number }) {
  const perFree = rule === 'flat' ? PER_PAID : PER_FREE;
  return BigInt(free) * perFree + BigInt(paid) * PER_PAID;
}

export function noCredit(now: number): Credit {
  return {
    quota: 0n,
    max: 0n,
    rate: 0n,
    held: 0n,
    owed: 0n,
    carry: 0n,
    waived: 0n,
    waivedAt: null,
    granted: 0n,
    taken: 0n,
    spent: 0n,
    updatedAt: now,
  };
}

/** Counts in what recovered until `now`, however long ago the last time was. A clock set back counts as none. */
export function recover(credit: Credit, now: number): Credit {
  if (now <= credit.updatedAt) return credit;
  const recovered = credit.carry + BigInt(now - credit.updatedAt) * credit.rate;
  const next = receive({ ...credit, updatedAt: now }, recovered / HOUR_MS);
  return { ...next, carry: next.quota === next.max ? 0n : recovered % HOUR_MS };
}

/** A debt is paid before there is anything to draw; what passes the ceiling is lost. */
function receive(credit: Credit, amount: bigint): Credit {
  const paid = least(credit.owed, amount);
  const quota = least(credit.max, credit.quota + amount - paid);
  return {
    ...credit,
    quota,
    owed: credit.owed - paid,
    granted: credit.granted + paid + (quota - credit.quota),
  };
}

/**
 * An account is lent that has this part of its quota left, 0 to 1. Who spent, withdrew and lends
 * again within five hours gets no second helping: that much less comes in.
 */
export function lend(credit: Credit, fraction: number, now: number): Credit {
  const before = recover(credit, now);
  const waived = waivedNow(before, now);
  const gift = 2n * microsOf(fraction);
  const cut = least(waived, gift);
  const left = waived - cut;
  return receive(
    {
      ...before,
      max: before.max + CEILING,
      waived: left,
      waivedAt: left === 0n ? null : before.waivedAt,
    },
    gift - cut,
  );
}

/** An account is lent no longer: what its remaining quota brought goes, and nothing above the new ceiling stays. */
export function withdraw(credit: Credit, fraction: number, now: number): Credit {
  const before = recover(credit, now);
  const max = most(0n, before.max - CEILING);
  const quota = least(max, most(0n, before.quota - 2n * microsOf(fraction)));
  const taken = before.quota - quota;
  const waived = waivedNow(before, now) + most(0n, CEILING - taken);
  return {
    ...before,
    max,
    quota,
    carry: 0n,
    taken: before.taken + taken,
    waived,
    waivedAt: waived === 0n ? null : now,
  };
}

function waivedNow({ waived, waivedAt }: Credit, now: number): bigint {
  return waivedAt === null || now - waivedAt >= FILL_MS ? 0n : waived;
}

/** What new requests may still reserve. */
export function available({ quota, held }: Pick<Credit, 'quota' | 'held'>): bigint {
  return most(0n, quota - held);
}

/** Null when there is not enough left. */
export function reserve(credit: Credit, amount: bigint, now: number): Credit | null {
  const next = recover(credit, now);
  return available(next) < amount ? null : { ...next, held: next.held + amount };
}

/** Gives back what was reserved and takes what was used; what is not there is owed. */
export function settle(
  credit: Credit,
  { held, consumed }: { held: bigint; consumed: bigint },
  now: number,
): Credit {
  const before = recover(credit, now);
  const drawn = least(before.quota, consumed);
  return {
    ...before,
    held: most(0n, before.held - held),
    quota: before.quota - drawn,
    owed: before.owed + consumed - drawn,
    spent: before.spent + consumed,
  };
}

/** Epoch ms at which nothing more recovers; null = never, for nothing is lent. */
export function fullAt(credit: Credit, now: number): number | null {
  const { carry, max, owed, quota, rate } = recover(credit, now);
  if (quota === max && owed === 0n) return now;
  if (rate === 0n) return null;
  const missing = (max - quota + owed) * HOUR_MS - carry;
  return now + Number((missing + rate - 1n) / rate);
}

/** A fraction of 0 to 1 in micro-credits; what is no number counts as nothing. */
export function microsOf(fraction: number): bigint {
  return BigInt(Math.round(Math.min(1, Math.max(0, fraction || 0)) * Number(ONE_CREDIT)));
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function most(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
