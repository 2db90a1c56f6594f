import { z } from 'zod';
import { Id, Timestamp } from '#shared/schemas/common.ts';
import {
  OutcomeFilter,
  StatisticsBy,
  type UsageFilter,
  UsageOperation,
} from '#shared/schemas/usage.ts';

export const USAGE_RANGES = ['hour', 'day', 'week', 'month'] as const;
export const UsageRange = z.enum(USAGE_RANGES);
export type UsageRange = z.infer<typeof UsageRange>;

const RANGE_MS: Record<UsageRange, number> = {
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
};

// NOTE: the router reads every value as JSON first, so a model named "4.1" arrives as a number.
const Text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** How far back statistics go, in days with today. */
export const STATISTICS_DAYS = [1, 7, 30, 90, 365] as const;
const Days = z.literal(STATISTICS_DAYS);

const FIELDS = {
  /** Statistics in place of the list, told apart by `by`, of so many days. */
  view: z.literal('statistics'),
  by: StatisticsBy,
  days: Days,
  /** The record whose details are open. */
  id: Text.pipe(z.string().min(1).max(80)),
  range: UsageRange,
  from: Timestamp,
  to: Timestamp,
  model: Text.pipe(z.string().min(1).max(120)),
  key: Id,
  user: Id,
  account: Id,
  outcome: OutcomeFilter,
  operation: UsageOperation,
};

/** What the address of the usage page says. Every part is optional. */
export type UsageSearch = {
  [Field in keyof typeof FIELDS]?: z.output<(typeof FIELDS)[Field]>;
};

const UsageSearchInput = z.object(FIELDS).partial();

/** Reads the address of the usage page. What makes no sense is left out, so that a mangled link still opens. */
export function readUsageSearch(search: Record<string, unknown>): UsageSearch {
  const kept = Object.entries(FIELDS).filter(
    ([field, schema]) => search[field] !== undefined && schema.safeParse(search[field]).success,
  );
  const parsed = UsageSearchInput.parse(
    Object.fromEntries(kept.map(([field]) => [field, search[field]])),
  );
  // What is left out of the address stays undefined, and is not missing: the router lays this over
  // the address as it came.
  const fields = Object.keys(FIELDS) as (keyof UsageSearch)[];
  return Object.fromEntries(fields.map((field) => [field, parsed[field]]));
}

/**
 * The filter the server is asked with. `now` (epoch ms) is where a relative range ends; a range
 * wins over an exact start, as it was chosen later.
 */
export function toUsageFilter(search: UsageSearch, now: number): UsageFilter {
  const from = search.range ? new Date(now - RANGE_MS[search.range]).toISOString() : search.from;
  return {
    ...(from ? { from } : {}),
    ...(search.to && !search.range ? { to: search.to } : {}),
    ...(search.model ? { model: search.model } : {}),
    ...(search.key ? { keyId: search.key } : {}),
    ...(search.user ? { userId: search.user } : {}),
    ...(search.account ? { accountId: search.account } : {}),
    ...(search.outcome ? { outcome: search.outcome } : {}),
    ...(search.operation ? { operation: search.operation } : {}),
  };
}

/** Whether anything narrows the list. */
export function isFiltered(search: UsageSearch): boolean {
  return Object.values(filtersOf(search)).some((value) => value !== undefined);
}

/** What of the address narrows the list. */
export function filtersOf(search: UsageSearch): UsageSearch {
  const { id: _open, view: _view, by: _by, days: _days, ...filters } = search;
  return filters;
}
