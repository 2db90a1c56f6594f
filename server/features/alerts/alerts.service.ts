import { can } from '#shared/permissions.ts';
import {
  ALERT_SEVERITIES,
  type AlertListInput,
  type AlertPage,
  type AlertSettings,
  type UnreadAlerts,
} from '#shared/schemas/alerts.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Actor, Audit } from '../audit/index.ts';
import type { AlertRow, AlertScope, AlertsListRepo } from './alerts-list.repo.ts';
import { readPlace, writePlace } from './place.ts';
import type { AlertSettingsRepo } from './settings.repo.ts';

export type AlertsServiceDeps = {
  repo: AlertsListRepo;
  settings: AlertSettingsRepo;
  audit: Pick<Audit, 'noting'>;
  clock: Pick<Clock, 'now'>;
};

export type AlertsService = ReturnType<typeof createAlertsService>;

/** Alerts as people see them. Those who look after alerts see all, others those of their things. */
export function createAlertsService({ audit, clock, repo, settings }: AlertsServiceDeps) {
  const scopeOf = (me: Me): AlertScope => ({ userId: me.id, all: can(me, 'alerts.write') });

  return {
    /** Newest first. Throws AppError bad_request for a foreign cursor. */
    async list(me: Me, input: AlertListInput): Promise<AlertPage> {
      const { cursor, limit } = input;
      const after = cursor === undefined ? null : readPlace(cursor);
      const found = await repo.page(scopeOf(me), { ...input, limit: limit + 1 }, after);
      const rows = found.slice(0, limit);
      const last = rows.at(-1);
      return {
        rows: rows.map(toView),
        nextCursor: found.length > limit && last ? writePlace(last.first_at, last.id) : null,
      };
    },

    async unread(me: Me): Promise<UnreadAlerts> {
      const unread = await repo.unread(scopeOf(me));
      const severities = new Set(unread);
      return {
        count: unread.length,
        worst: ALERT_SEVERITIES.findLast((one) => severities.has(one)) ?? null,
      };
    },

    async markRead(me: Me, ids: readonly string[] | null): Promise<null> {
      await repo.markRead(scopeOf(me), ids, new Date(clock.now()));
      return null;
    },

    settings: (): Promise<AlertSettings> => settings.read(),

    async saveSettings(actor: Actor, wanted: AlertSettings): Promise<null> {
      const tell = (facts: AlertSettings) => ({
        target: { kind: 'settings' as const, id: 'alerts', name: 'alerts' },
        facts: told(facts),
      });
      await settings.save(wanted, audit.noting(actor, 'alerts.saveSettings', { tell }));
      return null;
    },
  };
}

/** Settings in one level, as the audit log compares them. */
function told({ kinds, ...rest }: AlertSettings): Record<string, unknown> {
  const ofKinds = Object.entries(kinds).map(
    ([kind, { on, severity }]) => [kind, on ? severity : 'off'] as const,
  );
  return { ...rest, ...Object.fromEntries(ofKinds) };
}

function toView(row: AlertRow): AlertPage['rows'][number] {
  return {
    ...{ id: row.id, kind: row.kind, severity: row.severity, facts: row.facts },
    ...{ subjectKind: row.subject_kind, subjectId: row.subject_id, count: row.count },
    firstAt: row.first_at.toISOString(),
    lastAt: row.last_at.toISOString(),
    resolvedAt: row.resolved_at?.toISOString() ?? null,
    read: row.read,
  };
}
