import { can } from '#shared/permissions.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { UsageDetail } from '#shared/schemas/usage.ts';
import type { WhyTrace, WhyView } from '#shared/schemas/why.ts';
import type { StoredTrace } from './stored-trace.ts';
import type { FoundTrace } from './traces.repo.ts';

/** Stands for the name of what has been deleted. */
const DELETED = '—';

/** The name of an account for this viewer; null = its identity is not theirs to see. */
export type AccountName = (id: string) => string | null;

/** Admins see every account, others their own: another's name tells who lent it. */
export function accountNames(
  me: Me,
  accounts: readonly { id: string; name: string; ownerId: string }[],
): AccountName {
  const seen = new Map(
    accounts
      .filter(({ ownerId }) => can(me, 'usage.read') || ownerId === me.id)
      .map(({ id, name }) => [id, name]),
  );
  return (id) => seen.get(id) ?? (can(me, 'usage.read') ? DELETED : null);
}

/** Every account that a trace names. */
export function accountsIn({ trace }: StoredTrace): string[] {
  const limited = trace.limits.filter(({ subject }) => subject === 'account');
  return [
    ...new Set([
      ...[...trace.candidates, ...trace.skipped, ...trace.attempts].map((it) => it.accountId),
      ...limited.map(({ id }) => id),
    ]),
  ];
}

/** What is told of a request, from what there is of it: its record, its trace, or both. */
export function toWhyView(
  id: string,
  usage: UsageDetail | null,
  found: FoundTrace | null,
  nameOf: AccountName,
): Omit<WhyView, 'keptDays'> | null {
  const stored = found?.trace;
  const createdAt = usage?.createdAt ?? found?.createdAt.toISOString();
  if (createdAt === undefined) return null;
  const error = stored?.error;
  return {
    id,
    createdAt,
    door: usage?.door ?? stored?.door ?? '',
    asked: stored ? stored.asked : askedOf(usage),
    outcome: usage?.outcome ?? outcomeOf(error?.code),
    error: usage?.error ?? error?.message ?? null,
    param: error?.param ?? null,
    retryAt: toTime(error?.retryAt ?? null),
    usage,
    trace: stored ? toTrace(stored.trace, nameOf) : null,
  };
}

/** As the ledger calls it. */
function outcomeOf(code: string | undefined): string {
  if (code === undefined) return 'ok';
  return code === 'client_closed' ? 'aborted' : code;
}

function askedOf(usage: UsageDetail | null): WhyView['asked'] {
  if (!usage || usage.model === '') return null;
  const { operation, model, stream } = usage;
  return { operation, model, stream };
}

function toTrace(trace: StoredTrace['trace'], nameOf: AccountName): WhyTrace {
  return {
    limits: trace.limits.map(({ id, resetsAt, subject, ...rest }) => ({
      ...rest,
      subject,
      name: subjectName(subject, id, nameOf),
      resetsAt: toTime(resetsAt),
    })),
    candidates: trace.candidates.length,
    skips: skipsOf(trace.skipped),
    affinity: trace.affinity,
    waited: trace.waited,
    attempts: trace.attempts.map(({ accountId, message, startedAt, ...rest }) => {
      const accountName = nameOf(accountId);
      return {
        ...rest,
        startedAt: new Date(startedAt).toISOString(),
        accountName,
        message: accountName === null ? null : message,
      };
    }),
    dropped: trace.dropped,
    accounts: seenAccounts(trace, nameOf),
  };
}

function subjectName(subject: string, id: string, nameOf: AccountName): string | null {
  if (subject === 'account') return nameOf(id);
  return subject === 'model' || subject === 'platform' ? id : null;
}

/** Counts by reason, without saying which account it was. */
function skipsOf(skipped: StoredTrace['trace']['skipped']): WhyTrace['skips'] {
  return [...Map.groupBy(skipped, ({ reason }) => reason)].map(([reason, those]) => {
    const times = those.flatMap(({ until }) => (until === null ? [] : [until]));
    const until = toTime(times.length > 0 ? Math.min(...times) : null);
    return { reason, count: those.length, until };
  });
}

function seenAccounts(
  { candidates, skipped }: StoredTrace['trace'],
  nameOf: AccountName,
): WhyTrace['accounts'] {
  const all = [
    ...candidates.map((it) => ({ ...it, skipped: null, until: null })),
    ...skipped.map(({ reason, ...it }) => ({ ...it, skipped: reason })),
  ];
  return all.flatMap(({ accountId, platformId, skipped: reason, until }) => {
    const accountName = nameOf(accountId);
    if (accountName === null) return [];
    return [{ accountName, platformId, skipped: reason, until: toTime(until) }];
  });
}

function toTime(ms: number | null): string | null {
  if (ms === null || !Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return null;
  return new Date(ms).toISOString();
}
