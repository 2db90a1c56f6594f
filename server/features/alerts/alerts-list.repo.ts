import { z } from 'zod';
import { AlertFacts, type AlertListInput, AlertSeverity } from '#shared/schemas/alerts.ts';
import type { Db } from '../../infra/prisma/client.ts';
import { Prisma } from '../../infra/prisma/generated/client.ts';

/** Whose alerts: everybody's, or those of one person. */
export type AlertScope = { userId: string; all: boolean };

/** The last one seen, for the page after it. */
export type AlertPlace = { at: Date; id: string };

const Row = z.object({
  id: z.string(),
  kind: z.string(),
  severity: AlertSeverity.catch('warning'),
  subject_kind: z.string(),
  subject_id: z.string(),
  facts: AlertFacts.catch({}),
  count: z.number(),
  first_at: z.date(),
  last_at: z.date(),
  resolved_at: z.date().nullable(),
  read: z.boolean(),
});
export type AlertRow = z.infer<typeof Row>;

const MOST_COUNTED = 100;
const MOST_MARKED = 10_000;

export type AlertsListRepo = ReturnType<typeof createAlertsListRepo>;

/** Alerts as people see them: those who look after alerts all of them, others those of their things. */
export function createAlertsListRepo(db: Db) {
  const mine = ({ all, userId }: AlertScope) =>
    all ? Prisma.sql`TRUE` : Prisma.sql`a.owner_id = ${userId}::uuid`;
  const isRead = ({ userId }: AlertScope) =>
    Prisma.sql`EXISTS (SELECT 1 FROM alert_reads r WHERE r.alert_id = a.id AND r.user_id = ${userId}::uuid)`;

  return {
    /** Newest first. */
    async page(
      scope: AlertScope,
      { kind, limit, severity, state }: AlertListInput,
      after: AlertPlace | null,
    ): Promise<AlertRow[]> {
      const wanted = [
        mine(scope),
        ...(state === 'open' ? [Prisma.sql`a.resolved_at IS NULL`] : []),
        ...(state === 'unread' ? [Prisma.sql`NOT ${isRead(scope)}`] : []),
        ...(kind ? [Prisma.sql`a.kind = ${kind}`] : []),
        ...(severity ? [Prisma.sql`a.severity = ${severity}`] : []),
        ...(after ? [Prisma.sql`(a.first_at, a.id) < (${after.at}, ${after.id}::uuid)`] : []),
      ];
      const rows = await db.$queryRaw`
        SELECT a.id::text, a.kind, a.severity, a.subject_kind, a.subject_id, a.facts, a.count,
               a.first_at, a.last_at, a.resolved_at, ${isRead(scope)} AS read
          FROM alerts a WHERE ${Prisma.join(wanted, ' AND ')}
         ORDER BY a.first_at DESC, a.id DESC LIMIT ${limit}`;
      return z.array(Row).parse(rows);
    },

    /** How bad those are that the person has not read: at most a hundred. */
    async unread(scope: AlertScope): Promise<string[]> {
      const rows = await db.$queryRaw<{ severity: string }[]>`
        SELECT a.severity FROM alerts a WHERE ${mine(scope)} AND NOT ${isRead(scope)}
         ORDER BY a.first_at DESC LIMIT ${MOST_COUNTED}`;
      return rows.map(({ severity }) => severity);
    },

    /** Marks these, or all there are; others' are left out silently. */
    async markRead(scope: AlertScope, ids: readonly string[] | null, now: Date): Promise<void> {
      const which = ids === null ? Prisma.sql`TRUE` : Prisma.sql`a.id = ANY(${[...ids]}::uuid[])`;
      await db.$executeRaw`
        INSERT INTO alert_reads (alert_id, user_id, at)
        SELECT a.id, ${scope.userId}::uuid, ${now} FROM alerts a
         WHERE ${mine(scope)} AND ${which} AND NOT ${isRead(scope)}
         ORDER BY a.first_at DESC LIMIT ${MOST_MARKED}
        ON CONFLICT DO NOTHING`;
    },
  };
}
