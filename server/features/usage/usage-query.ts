import { can } from '#shared/permissions.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { UsageFilter } from '#shared/schemas/usage.ts';
import type { UsageQuery } from './usage.repo.ts';

/** The lowest id: a place before every record of its time. */
export const NO_ID = '00000000-0000-0000-0000-000000000000';

/** Which records a person asked for, of those they may see. */
export function queryOf(me: Me, filter: UsageFilter): Omit<UsageQuery, 'limit'> {
  const admin = can(me, 'usage.read');
  return {
    userId: admin ? (filter.userId ?? null) : me.id,
    accountId: admin ? filter.accountId : undefined,
    keyId: filter.keyId,
    model: filter.model,
    outcome: filter.outcome,
    operation: filter.operation,
    from: filter.from === undefined ? undefined : new Date(filter.from),
    to: filter.to === undefined ? undefined : new Date(filter.to),
  };
}
