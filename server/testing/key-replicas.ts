import type { KeyCreated } from '#shared/schemas/keys.ts';
import {
  createKeyLookup,
  createKeyLookupRepo,
  createKeysRepo,
  createKeysSearchRepo,
  createKeysService,
} from '../features/keys/index.ts';
import { systemClock } from '../infra/clock.ts';
import { createEvents, type Events } from '../infra/events.ts';
import { newId } from '../infra/ids.ts';
import { createPool } from '../infra/postgres/pool.ts';
import type { Browser } from './browser.ts';
import { type ConsoleBase, startConsole } from './console.ts';

/** One process of the cluster: its own pool, bus and memory. */
function startReplica({ databaseUrl, clock, log }: ConsoleBase) {
  const pool = createPool(databaseUrl, { max: 2, onConnectionError: () => undefined });
  const events = createEvents({ url: databaseUrl, log, clock: systemClock });
  const repo = createKeyLookupRepo(pool);
  const lookup = createKeyLookup({ repo, changes: events, clock, onError: () => undefined });
  return { pool, events, lookup };
}
export type KeyReplica = ReturnType<typeof startReplica>;

/** The keys feature of a console; every key used 7 tokens, and spent 3 today and 9 this month. */
export function keysOf(
  base: Pick<ConsoleBase, 'db' | 'audit' | 'clock'>,
  lookup: Pick<KeyReplica['lookup'], 'forgetKeys'>,
) {
  return createKeysService({
    repo: createKeysRepo(base.db),
    search: createKeysSearchRepo(base.db),
    lookup,
    audit: base.audit,
    tokensToday: async (ids) => new Map(ids.map((id) => [id, 7])),
    spent: async (ids) => new Map(ids.map((id) => [id, { day: 3, month: 9 }])),
    clock: base.clock,
    zone: 'Asia/Kathmandu',
    newId,
  });
}

/** A console whose keys two processes look up: `here` is told of changes directly, `there` by the bus. */
export async function startKeyReplicas() {
  const replicas: KeyReplica[] = [];
  const console = await startConsole({
    features(base) {
      const own = startReplica(base);
      replicas.push(own, startReplica(base));
      return { keys: keysOf(base, own.lookup) };
    },
  });
  const [here, there] = replicas;
  if (!here || !there) throw new Error('no replicas');
  await Promise.all([here.events.start(), there.events.start()]);
  return {
    console,
    here,
    there,
    async [Symbol.asyncDispose]() {
      for (const { lookup, events, pool } of [here, there]) {
        await lookup.close();
        await events.stop();
        await pool.end();
      }
      await console[Symbol.asyncDispose]();
    },
  };
}
export type KeyReplicas = Awaited<ReturnType<typeof startKeyReplicas>>;

/** Makes a key as its owner does in the console. */
export async function makeKey(
  browser: Browser,
  more: Record<string, unknown> = {},
): Promise<KeyCreated> {
  const answer = await browser.mutate('keys.create', { name: 'tool', ...more });
  if (answer.error) throw new Error(answer.text);
  return answer.data as KeyCreated;
}

/** Resolves when the bus has brought what was published before. */
export async function heardOf(events: Events, topic: 'keys' | 'users', id: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = events.on(topic, ({ ids }) => ids.includes(id) && resolve());
  await promise;
  stop();
}
