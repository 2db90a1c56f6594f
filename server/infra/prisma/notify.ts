import { notifySql, type Topic } from '../events.ts';
import type { Tx } from './client.ts';

/** Tells every replica, when the transaction commits, that these rows changed; see infra/events. */
export async function notify(tx: Tx, topic: Topic, ids: readonly string[]): Promise<void> {
  const { text, values } = notifySql(topic, { ids: [...ids] });
  await tx.$executeRawUnsafe(text, ...values);
}
