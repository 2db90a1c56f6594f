import type { AlertSeverity } from '#shared/schemas/alerts.ts';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import { holdLock } from '../../infra/prisma/locks.ts';
import type { RaisedAlert } from './alerts.ts';
import { addToFlaps, isFlap } from './flaps.ts';

export type Raising = Omit<RaisedAlert, 'severity'> & { severity: AlertSeverity };

export type AlertsRepoDeps = { db: Db; newId: () => string };

/** So many of a kind within a minute are told one by one; the rest of them together. */
const MOST_A_MINUTE = 20;
const MINUTE_MS = 60_000;
const MOST_TRIMMED = 500;

export type AlertsRepo = ReturnType<typeof createAlertsRepo>;

/** Rows of `alerts`, with what is to be told of them put in line within the same transaction. */
export function createAlertsRepo({ db, newId }: AlertsRepoDeps) {
  /**
   * Tells its channels; from the twenty-first of its kind within a minute on, all of them at once, and
   * of one that comes and goes how often it did.
   */
  async function announce(tx: Tx, id: string, alert: Raising, now: Date): Promise<void> {
    // One at a time, for each counts those before it.
    await holdLock(tx, 'alerts');
    const since = new Date(now.getTime() - MINUTE_MS);
    const recent = await tx.alert.count({ where: { kind: alert.kind, firstAt: { gt: since } } });
    const channels = await channelsFor(tx, alert);
    if (await isFlap(tx, alert.key, now)) {
      for (const channelId of channels) {
        await addToFlaps(tx, { alert: { ...alert, id }, channelId, id: newId() }, now);
      }
      return;
    }
    if (recent <= MOST_A_MINUTE) {
      await tx.alertDelivery.createMany({
        data: channels.map((channelId) => ({
          ...{ id: newId(), alertId: id, channelId, what: 'raised', state: 'waiting' },
          ...{ nextAt: now, createdAt: now },
        })),
      });
      return;
    }
    for (const channelId of channels) await addToStorm(tx, channelId, alert, now);
  }

  async function addToStorm(tx: Tx, channelId: string, alert: Raising, now: Date): Promise<void> {
    const counted = await tx.$executeRaw`
      UPDATE alert_deliveries
         SET about = jsonb_set(about, '{count}', to_jsonb((about->>'count')::int + 1))
       WHERE channel_id = ${channelId}::uuid AND what = 'storm' AND attempts = 0
         AND state IN ('waiting', 'held') AND about->>'kind' = ${alert.kind}`;
    if (counted > 0) return;
    const about = { kind: alert.kind, severity: alert.severity, count: 1 };
    const nextAt = new Date(now.getTime() + MINUTE_MS);
    await tx.alertDelivery.create({
      data: {
        ...{ id: newId(), channelId, what: 'storm', state: 'waiting' },
        ...{ about, nextAt, createdAt: now },
      },
    });
  }

  /** Counts it up when it is open already, else opens and announces it. Returns whether it is new. */
  async function raise(tx: Tx, alert: Raising, now: Date): Promise<boolean> {
    const facts = { ...alert.facts, name: alert.subject.name };
    const again = alert.stillSo ? 0 : 1;
    const [row] = await tx.$queryRaw<{ id: string; fresh: boolean }[]>`
      INSERT INTO alerts (id, kind, key, severity, subject_kind, subject_id, owner_id, facts,
                          first_at, last_at)
      VALUES (${newId()}::uuid, ${alert.kind}, ${alert.key}, ${alert.severity},
              ${alert.subject.kind}, ${alert.subject.id}, ${alert.ownerId}::uuid,
              ${JSON.stringify(facts)}::jsonb, ${now}, ${now})
      ON CONFLICT (key) WHERE resolved_at IS NULL DO UPDATE
        SET count = alerts.count + ${again}, last_at = EXCLUDED.last_at, facts = EXCLUDED.facts
      RETURNING id, (xmax = 0) AS fresh`;
    if (row?.fresh) await announce(tx, row.id, alert, now);
    return row?.fresh ?? false;
  }

  /** Ends it, and puts that in line wherever it was told or is about to be. */
  async function resolve(tx: Tx, key: string, now: Date): Promise<boolean> {
    const [row] = await tx.$queryRaw<{ id: string }[]>`
      UPDATE alerts SET resolved_at = ${now} WHERE key = ${key} AND resolved_at IS NULL
      RETURNING id`;
    if (!row) return false;
    const told = await tx.alertDelivery.findMany({
      where: {
        alertId: row.id,
        // NOTE: one that comes and goes and is not told yet will say itself that it is over.
        OR: [
          { what: 'raised', state: { in: ['sent', 'waiting'] } },
          { what: 'flapping', state: 'sent' },
        ],
      },
      select: { channelId: true, channel: { select: { enabled: true } } },
    });
    await tx.alertDelivery.createMany({
      data: told
        .filter(({ channel }) => channel.enabled)
        .map(({ channelId }) => ({
          ...{ id: newId(), alertId: row.id, channelId, what: 'resolved', state: 'waiting' },
          ...{ nextAt: now, createdAt: now },
        })),
    });
    return true;
  }

  return {
    /** Returns whether it was not open before. */
    raise: (alert: Raising, now: Date): Promise<boolean> =>
      withTx(db, (tx) => raise(tx, alert, now)),

    /** Returns whether there was one to end. */
    resolve: (key: string, now: Date): Promise<boolean> =>
      withTx(db, (tx) => resolve(tx, key, now)),

    /** Keys of the open ones of a kind; of those of one server, where `subjectId` is given. */
    async openKeys(kind: string, subjectId?: string): Promise<string[]> {
      const rows = await db.alert.findMany({
        where: { kind, resolvedAt: null, ...(subjectId !== undefined && { subjectId }) },
        select: { key: true },
      });
      return rows.map(({ key }) => key);
    },

    /** Keys of the open ones of these kinds that were not seen since: their server is gone. */
    async staleKeys(kinds: readonly string[], before: Date): Promise<string[]> {
      const rows = await db.alert.findMany({
        where: { kind: { in: [...kinds] }, resolvedAt: null, lastAt: { lt: before } },
        select: { key: true },
      });
      return rows.map(({ key }) => key);
    },

    /** Removes some of those that were over before `until`; tells how many. */
    trim: (until: Date, most = MOST_TRIMMED): Promise<number> =>
      db.$executeRaw`
        DELETE FROM alerts WHERE id IN (
          SELECT id FROM alerts WHERE resolved_at < ${until} ORDER BY resolved_at LIMIT ${most})`,
  };
}

const RANK: Readonly<Record<AlertSeverity, number>> = { info: 0, warning: 1, critical: 2 };

/** Channels that are told of this kind and severity. */
async function channelsFor(tx: Tx, { kind, severity }: Raising): Promise<string[]> {
  const channels = await tx.alertChannel.findMany({
    where: { enabled: true },
    select: { id: true, kinds: true, severity: true },
  });
  return channels
    .filter((one) => one.kinds.length === 0 || one.kinds.includes(kind))
    .filter((one) => RANK[severity] >= (RANK[one.severity as AlertSeverity] ?? 0))
    .map(({ id }) => id);
}
