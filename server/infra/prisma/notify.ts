import type { Tx } from './client.ts';

export type Topic = 'keys' | 'users' | 'accounts' | 'models' | 'platforms' | 'settings';

/** Tells every replica, when the transaction commits, that these rows changed. */
export async function notify(tx: Tx, topic: Topic, ids: readonly string[]): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify('gatehouse', ${JSON.stringify({ topic, payload: { ids } })})`;
}
