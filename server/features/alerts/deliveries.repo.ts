import { z } from 'zod';
import { AlertFacts, type DeliveryListInput, DeliveryState } from '#shared/schemas/alerts.ts';
import type { Db } from '../../infra/prisma/client.ts';
import { Prisma } from '../../infra/prisma/generated/client.ts';

const About = z.object({ kind: z.string(), severity: z.string(), count: z.number() });

const Alert = z.object({
  id: z.string(),
  kind: z.string(),
  key: z.string(),
  severity: z.string(),
  subjectKind: z.string(),
  subjectId: z.string(),
  facts: AlertFacts.catch({}),
  count: z.number(),
  firstAt: z.coerce.date(),
  lastAt: z.coerce.date(),
  resolvedAt: z.coerce.date().nullable(),
});
export type ToldAlert = z.infer<typeof Alert>;

const Due = z.object({
  id: z.string(),
  channel_id: z.string(),
  what: z.string(),
  state: z.string(),
  about: About.nullable().catch(null),
  attempts: z.number(),
  alert: Alert.nullable(),
});
/** A delivery that is this server's to make. `attempts` counts the one about to be made. */
export type Due = {
  id: string;
  channelId: string;
  what: string;
  state: string;
  about: z.infer<typeof About> | null;
  attempts: number;
  alert: ToldAlert | null;
};

export type Outcome =
  | { state: 'sent'; status: number | null }
  | {
      state: 'waiting' | 'held' | 'failed';
      nextAt: Date | null;
      status: number | null;
      error: string;
    };

export type DeliveryPlace = { at: Date; id: string };

const ALERT = Prisma.sql`
  CASE WHEN a.id IS NULL THEN NULL ELSE jsonb_build_object(
    'id', a.id, 'kind', a.kind, 'key', a.key, 'severity', a.severity,
    'subjectKind', a.subject_kind, 'subjectId', a.subject_id, 'facts', a.facts, 'count', a.count,
    'firstAt', a.first_at, 'lastAt', a.last_at, 'resolvedAt', a.resolved_at) END`;

export type DeliveriesRepo = ReturnType<typeof createDeliveriesRepo>;

/** Rows of `alert_deliveries`: what is to be told, and what became of it. */
export function createDeliveriesRepo(db: Db) {
  return {
    /**
     * Takes what is due, the oldest first: no other server gets it before `until`, by when this one is
     * done or dead. What was held of a channel comes together.
     */
    async claim(now: Date, until: Date, most: number): Promise<Due[]> {
      const rows = await db.$queryRaw`
        WITH due AS (
          SELECT id FROM alert_deliveries
           WHERE state IN ('waiting', 'held') AND next_at <= ${now}
           ORDER BY created_at LIMIT ${most} FOR UPDATE SKIP LOCKED
        ), taken AS (
          UPDATE alert_deliveries d SET next_at = ${until}, attempts = d.attempts + 1
            FROM due WHERE d.id = due.id
          RETURNING d.id, d.channel_id, d.what, d.state, d.about, d.attempts, d.alert_id,
                    d.created_at
        )
        SELECT t.id::text, t.channel_id::text, t.what, t.state, t.about, t.attempts,
               ${ALERT} AS alert
          FROM taken t LEFT JOIN alerts a ON a.id = t.alert_id ORDER BY t.created_at, t.id`;
      return z
        .array(Due)
        .parse(rows)
        .map(({ channel_id: channelId, ...row }) => ({ ...row, channelId }));
    },

    /** Puts off until quiet hours are over; that was no try. */
    async hold(ids: readonly string[], until: Date): Promise<void> {
      await db.alertDelivery.updateMany({
        where: { id: { in: [...ids] } },
        data: { state: 'held', nextAt: until, attempts: { decrement: 1 } },
      });
    },

    async settle(ids: readonly string[], outcome: Outcome, now: Date): Promise<void> {
      const { state, status } = outcome;
      const data =
        outcome.state === 'sent'
          ? { state, status, error: null, nextAt: null, sentAt: now }
          : { state, status, error: outcome.error, nextAt: outcome.nextAt };
      await db.alertDelivery.updateMany({ where: { id: { in: [...ids] } }, data });
    },

    /** Notes what a person tried. */
    async note(
      row: { id: string; channelId: string; error: string | null; status: number | null },
      now: Date,
    ): Promise<void> {
      await db.alertDelivery.create({
        data: {
          ...row,
          ...{ what: 'test', attempts: 1, createdAt: now },
          ...(row.error === null ? { state: 'sent', sentAt: now } : { state: 'failed' }),
        },
      });
    },

    /** When the next one is due; null = none waits. */
    async nextAt(): Promise<Date | null> {
      const found = await db.alertDelivery.findFirst({
        where: { state: { in: ['waiting', 'held'] } },
        orderBy: { nextAt: 'asc' },
        select: { nextAt: true },
      });
      return found?.nextAt ?? null;
    },

    /** The log, newest first. */
    async page({ channelId, limit, state }: DeliveryListInput, after: DeliveryPlace | null) {
      const rows = await db.alertDelivery.findMany({
        where: {
          ...(channelId && { channelId }),
          ...(state && { state }),
          ...(after && {
            OR: [{ createdAt: { lt: after.at } }, { createdAt: after.at, id: { lt: after.id } }],
          }),
        },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: limit,
        select: {
          ...{ id: true, channelId: true, what: true, state: true, attempts: true, status: true },
          ...{ error: true, createdAt: true, nextAt: true, sentAt: true, about: true },
          channel: { select: { name: true } },
          alert: { select: { kind: true, facts: true } },
        },
      });
      return rows.map(({ about, alert, channel, ...row }) => ({
        ...row,
        state: DeliveryState.catch('failed').parse(row.state),
        channelName: channel.name,
        kind: alert?.kind ?? About.nullable().catch(null).parse(about)?.kind ?? null,
        name: nameIn(alert?.facts),
      }));
    },

    /** Removes some of before `until`; tells how many. */
    trim: (until: Date, most: number): Promise<number> =>
      db.$executeRaw`
        DELETE FROM alert_deliveries WHERE id IN (
          SELECT id FROM alert_deliveries
           WHERE created_at < ${until} AND state IN ('sent', 'failed') LIMIT ${most})`,
  };
}

function nameIn(facts: unknown): string | null {
  const name = AlertFacts.catch({}).parse(facts ?? {})['name'];
  return typeof name === 'string' ? name : null;
}
