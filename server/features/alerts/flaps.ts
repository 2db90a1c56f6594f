import type { Tx } from '../../infra/prisma/client.ts';

const MINUTE_MS = 60_000;
/** What comes back so soon after it was over is the same trouble that comes and goes. */
const BACK_WITHIN_MS = 10 * MINUTE_MS;
/** How long its comings are counted before they are told. */
const SUMMED_UP_AFTER_MS = 5 * MINUTE_MS;

/** Whether this key was over only minutes ago. */
export async function isFlap(tx: Tx, key: string, now: Date): Promise<boolean> {
  const since = new Date(now.getTime() - BACK_WITHIN_MS);
  const found = await tx.alert.findFirst({
    where: { key, resolvedAt: { gt: since } },
    select: { id: true },
  });
  return found !== null;
}

export type Flap = {
  alert: { id: string; key: string; kind: string; severity: string };
  channelId: string;
  /** For the line, where there is none that waits yet. */
  id: string;
};

/**
 * Adds one to what is told of the key in some minutes: how often it came back, and whether it is over
 * by then. Hold the lock `alerts`.
 */
export async function addToFlaps(tx: Tx, { alert, channelId, id }: Flap, now: Date): Promise<void> {
  const counted = await tx.$executeRaw`
    UPDATE alert_deliveries d
       SET about = jsonb_set(d.about, '{count}', to_jsonb((d.about->>'count')::int + 1)),
           alert_id = ${alert.id}::uuid
     WHERE d.channel_id = ${channelId}::uuid AND d.what = 'flapping' AND d.attempts = 0
       AND d.state IN ('waiting', 'held') AND d.about->>'key' = ${alert.key}`;
  if (counted > 0) return;
  const { key, kind, severity } = alert;
  await tx.alertDelivery.create({
    data: {
      ...{ id, channelId, alertId: alert.id, what: 'flapping', state: 'waiting' },
      ...{ about: { key, kind, severity, count: 1 }, createdAt: now },
      nextAt: new Date(now.getTime() + SUMMED_UP_AFTER_MS),
    },
  });
}
