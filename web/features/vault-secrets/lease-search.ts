import { z } from 'zod';
import { Id } from '#shared/schemas/common.ts';
import type { LeaseFilter } from '#shared/schemas/vault-secrets.ts';

export const LeaseRange = z.enum(['hour', 'day', 'week', 'month']);
export type LeaseRange = z.infer<typeof LeaseRange>;

const RANGE_MS: Record<LeaseRange, number> = {
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
};

// NOTE: the router reads every value as JSON first, so a name such as "4.1" arrives as a number.
const text = (most: number) =>
  z
    .union([z.string(), z.number(), z.boolean()])
    .transform(String)
    .pipe(z.string().trim().min(1).max(most));

const FIELDS = {
  range: LeaseRange,
  account: text(120),
  by: text(120),
  address: text(60),
  /** Set by links from elsewhere. */
  accountId: Id,
  secretId: Id,
};

/** What the address of the page of leases says. Every part is optional. */
export type LeaseSearch = {
  [Field in keyof typeof FIELDS]?: z.output<(typeof FIELDS)[Field]> | undefined;
};

/** Reads the page's address. What makes no sense is left out, so that a mangled link still opens. */
export function readLeaseSearch(search: Record<string, unknown>): LeaseSearch {
  return {
    range: FIELDS.range.safeParse(search['range']).data,
    account: FIELDS.account.safeParse(search['account']).data,
    by: FIELDS.by.safeParse(search['by']).data,
    address: FIELDS.address.safeParse(search['address']).data,
    accountId: FIELDS.accountId.safeParse(search['accountId']).data,
    secretId: FIELDS.secretId.safeParse(search['secretId']).data,
  };
}

/** The filter the server is asked with. `now` (epoch ms) is where a range ends. */
export function toLeaseFilter({ range, ...rest }: LeaseSearch, now: number): LeaseFilter {
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return {
    ...(range && { from: new Date(now - RANGE_MS[range]).toISOString() }),
    ...Object.fromEntries(given),
  };
}

/** How many filters narrow the list. */
export function countLeaseFilters(search: LeaseSearch): number {
  return Object.values(search).filter((value) => value !== undefined).length;
}
