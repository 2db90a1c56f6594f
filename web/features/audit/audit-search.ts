import { z } from 'zod';
import { AuditAction, type AuditFilter } from '#shared/schemas/audit.ts';
import { Id } from '#shared/schemas/common.ts';

export const AuditRange = z.enum(['hour', 'day', 'week', 'month']);
export type AuditRange = z.infer<typeof AuditRange>;

const RANGE_MS: Record<AuditRange, number> = {
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
};

// NOTE: the router reads every value as JSON first, so a name such as "4.1" arrives as a number.
const Text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const FIELDS = {
  /** The row whose details are open. */
  open: Text.pipe(z.string().regex(/^[1-9]\d{0,16}$/)),
  range: AuditRange,
  actor: Id,
  action: AuditAction,
  target: Text.pipe(z.string().min(1).max(120)),
};

/** What the address of the audit page says. Every part is optional. */
export type AuditSearch = {
  [Field in keyof typeof FIELDS]?: z.output<(typeof FIELDS)[Field]> | undefined;
};

/** Reads the address of the audit page. What makes no sense is left out, so that a mangled link still opens. */
export function readAuditSearch(search: Record<string, unknown>): AuditSearch {
  return {
    open: FIELDS.open.safeParse(search['open']).data,
    range: FIELDS.range.safeParse(search['range']).data,
    actor: FIELDS.actor.safeParse(search['actor']).data,
    action: FIELDS.action.safeParse(search['action']).data,
    target: FIELDS.target.safeParse(search['target']).data,
  };
}

/** The filter the server is asked with. `now` (epoch ms) is where a range ends. */
export function toAuditFilter(search: AuditSearch, now: number): AuditFilter {
  const { action, actor, range, target } = search;
  return {
    ...(range && { from: new Date(now - RANGE_MS[range]).toISOString() }),
    ...(actor && { actorId: actor }),
    ...(action && { action }),
    ...(target && { target }),
  };
}

/** How many filters narrow the list. */
export function countFilters({ open: _open, ...filters }: AuditSearch): number {
  return Object.values(filters).filter((value) => value !== undefined).length;
}
