import type { AlertSubjectKind } from '#shared/schemas/alerts.ts';
import {
  QuotaMetric,
  type QuotaRule,
  type QuotaState,
  QuotaSubject,
} from '#shared/schemas/quotas.ts';
import type { Clock } from '../../infra/clock.ts';
import type { createQuotaRulesRepo, WatchedQuotaGate } from '../quotas/index.ts';
import type { AlertsRepo } from './alerts.repo.ts';
import type { RaisedAlert } from './alerts.ts';
import type { Named, WatchRepo } from './watch.repo.ts';
import type { Watcher } from './watch.ts';

const KIND = 'quota.90';
/** A limit can only come near its end by being used. */
const USED_WITHIN_MS = 300_000;
const MICROS = 1_000_000;
const SUBJECTS = ['user', 'key', 'account', 'platform', 'model'] as const;
type Subject = (typeof SUBJECTS)[number];

export type WatchLimitsDeps = {
  gate: Pick<WatchedQuotaGate, 'state'>;
  rules: Pick<ReturnType<typeof createQuotaRulesRepo>, 'list'>;
  repo: Pick<WatchRepo, 'usedSince' | 'named' | 'trustLevels'>;
  alerts: Pick<AlertsRepo, 'openKeys'>;
  clock: Pick<Clock, 'now'>;
};

/**
 * Limits of days and months that are nearly used up, by the gate's own counters; once a window, for
 * its end is part of the key. Only what was used lately is looked at, and what is open.
 */
export function createLimitsWatcher(deps: WatchLimitsDeps): Watcher {
  const { alerts, clock, gate, repo, rules } = deps;

  async function candidates(): Promise<Map<Subject, Set<string>>> {
    const used = await repo.usedSince(new Date(clock.now() - USED_WITHIN_MS));
    const open = (await alerts.openKeys(KIND)).flatMap((key) => partsOf(key) ?? []);
    const ids = new Map<Subject, Set<string>>(SUBJECTS.map((one) => [one, new Set()]));
    for (const { id, subject } of [...used, ...open]) ids.get(subject as Subject)?.add(id);
    return ids;
  }

  /** What is set for the trust levels of these people, unless they have their own. */
  async function ofTrustLevels(ids: readonly string[], own: readonly QuotaRule[]) {
    const levels = await rules.list('trust-level');
    if (levels.length === 0 || ids.length === 0) return [];
    const has = new Set(own.map(({ id, metric }) => `${id}:${metric}`));
    const people = await repo.trustLevels(ids);
    return people.flatMap(({ id, level }) =>
      levels
        .filter((rule) => rule.id === String(level) && !has.has(`${id}:${rule.metric}`))
        .map((rule): QuotaRule => ({ ...rule, subject: 'user', id, trustLevel: level })),
    );
  }

  async function statesOf(subject: Subject, ids: readonly string[]): Promise<QuotaState[]> {
    if (ids.length === 0) return [];
    const own = await rules.list(subject, ids);
    const all = subject === 'user' ? [...own, ...(await ofTrustLevels(ids, own))] : own;
    return gate.state(all.filter(({ limit, metric }) => limit > 0 && isLong(metric)));
  }

  return {
    kind: KIND,
    async find({ quotaPercent }) {
      const wanted = await candidates();
      const states: QuotaState[] = [];
      for (const [subject, ids] of wanted) states.push(...(await statesOf(subject, [...ids])));
      const full = states.filter(({ limit, used }) => used * 100 >= limit * quotaPercent);
      const named = await repo.named(full.map(({ id }) => id));
      return full.map((state) => toAlert(state, named.get(state.id)));
    },
  };
}

function toAlert(state: QuotaState, named: Named | undefined): RaisedAlert {
  const { id, limit, metric, resetsAt, subject, used } = state;
  const amount = (value: number) =>
    metric.startsWith('cost') ? `$${(value / MICROS).toFixed(2)}` : value.toLocaleString('en-US');
  return {
    kind: KIND,
    key: `${KIND}:${subject}:${id}:${metric}:${Date.parse(resetsAt ?? '') || 0}`,
    subject: { kind: subject as AlertSubjectKind, id, name: named?.name ?? id },
    ownerId: named?.owner_id ?? null,
    facts: {
      ...{ subject, metric, used: amount(used), limit: amount(limit) },
      resetsAt: resetsAt && `${resetsAt.slice(0, 16).replace('T', ' ')} UTC`,
      percent: Math.floor((used * 100) / limit),
    },
  };
}

/** Of a key of ours; an id may hold colons. */
function partsOf(key: string): { subject: string; id: string } | null {
  const [, subject, ...rest] = key.split(':');
  const [metric, id] = [rest.at(-2), rest.slice(0, -2).join(':')];
  const known = QuotaSubject.safeParse(subject).success && QuotaMetric.safeParse(metric).success;
  return known && subject !== undefined && id !== '' ? { subject, id } : null;
}

const isLong = (metric: QuotaMetric) => metric.endsWith('-day') || metric.endsWith('-month');
