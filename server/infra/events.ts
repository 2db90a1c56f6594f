import { Client, type Notification } from 'pg';
import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** Which rows changed; an empty list means "any of them". */
const Ids = z.object({ ids: z.array(z.string()) });

/** Every topic and the shape of its payload. */
const TOPICS = {
  keys: Ids,
  users: Ids,
  accounts: Ids,
  models: Ids,
  platforms: Ids,
  settings: Ids,
  quotas: Ids,
  tokens: Ids,
  proxies: Ids,
  secrets: Ids,
} as const satisfies Record<string, typeof Ids>;

export type Topic = keyof typeof TOPICS;
export type Topics = { [T in Topic]: z.infer<(typeof TOPICS)[T]> };

/** Anything that runs a statement: a pg Pool, a Client, a client inside a transaction. */
export type Querier = { query(text: string, values: unknown[]): Promise<unknown> };

type Handler<T extends Topic> = (payload: Topics[T]) => unknown;

export type Events = {
  /** Tells every replica, this one included, once the client's transaction commits. */
  publish<T extends Topic>(client: Querier, topic: T, payload: Topics[T]): Promise<void>;
  /** Calls `handler` for each message; the returned function ends that. */
  on<T extends Topic>(topic: T, handler: Handler<T>): () => void;
  /** Calls `handler` after the connection was lost and is back: messages may have been missed, so
   * whatever is cached must be read again. */
  onGap(handler: () => unknown): () => void;
  /** Whether messages arrive at present. */
  isListening(): boolean;
  /** Resolves once messages arrive; cache nothing before. Throws AppError `storage_unavailable`. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** PostgreSQL refuses payloads of 8000 bytes and more. */
const MOST_BYTES = 7_999;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;
const HEARTBEAT_MS = 10_000;
const ANSWER_WITHIN_MS = 5_000;

const channelOf = (topic: Topic) => `gatehouse_${topic}`;
const TOPIC_OF = new Map(
  Object.keys(TOPICS).map((topic) => [channelOf(topic as Topic), topic as Topic]),
);

/**
 * The statement that publishes: run it with `client.query(text, values)` of pg, or inside a Prisma
 * transaction with `tx.$executeRawUnsafe(text, ...values)`. A payload that is too long for PostgreSQL
 * becomes `{ ids: [] }`, "any of them".
 */
export function notifySql<T extends Topic>(
  topic: T,
  payload: Topics[T],
): { text: string; values: [channel: string, payload: string] } {
  const json = JSON.stringify(payload);
  const fits = Buffer.byteLength(json) <= MOST_BYTES;
  return {
    text: 'select pg_notify($1, $2)',
    values: [channelOf(topic), fits ? json : JSON.stringify({ ids: [] })],
  };
}

/**
 * A typed bus between replicas over LISTEN/NOTIFY, on a connection of its own that is made again when
 * it is lost. A replica hears its own messages the same way, so there is one path to get right.
 */
export function createEvents(deps: {
  url: string;
  log: Pick<Log, 'warn' | 'info'>;
  clock: Clock;
}): Events {
  const { url, log, clock } = deps;
  const handlers = new Map<Topic, Set<(payload: never) => unknown>>();
  const gapHandlers = new Set<() => unknown>();
  let client: Client | undefined;
  let isStopped = true;
  let retryMs = FIRST_RETRY_MS;
  let cancelTimer = () => {};

  async function connect(): Promise<void> {
    const next = new Client({
      connectionString: url,
      application_name: 'gatehouse-events',
      keepAlive: true,
      connectionTimeoutMillis: ANSWER_WITHIN_MS,
      query_timeout: ANSWER_WITHIN_MS,
    });
    next.on('notification', receive);
    next.on('error', (error) => lost(next, error));
    next.on('end', () => lost(next));
    try {
      await next.connect();
      await next.query([...TOPIC_OF.keys()].map((channel) => `listen ${channel}`).join(';'));
    } catch (error) {
      await end(next);
      throw error;
    }
    if (isStopped) return end(next);
    client = next;
    retryMs = FIRST_RETRY_MS;
    beat(next);
  }

  // A peer that vanished without a word is only noticed by asking.
  function beat(on: Client): void {
    cancelTimer = clock.setTimer(HEARTBEAT_MS, () => {
      on.query('select 1').then(
        () => {
          if (on === client) beat(on);
        },
        (error) => lost(on, error),
      );
    });
  }

  function lost(which: Client, error?: Error): void {
    if (which !== client || isStopped) return;
    client = undefined;
    log.warn({ err: error }, 'lost the connection that brings changes; connecting again');
    void end(which);
    retry();
  }

  function retry(): void {
    cancelTimer();
    cancelTimer = clock.setTimer(retryMs, () => {
      retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
      connect().then(gap, (error) => {
        log.warn({ err: error }, 'could not connect for changes; trying again');
        if (!isStopped) retry();
      });
    });
  }

  function gap(): void {
    if (isStopped) return;
    log.info('changes arrive again');
    for (const handler of gapHandlers) void guarded(handler);
  }

  function receive({ channel, payload = '' }: Notification): void {
    const topic = TOPIC_OF.get(channel);
    if (!topic) return;
    const parsed = TOPICS[topic].safeParse(fromJson(payload));
    if (!parsed.success) {
      log.warn({ topic, err: parsed.error }, 'a change message of another shape was ignored');
      return;
    }
    for (const handler of handlers.get(topic) ?? []) {
      void guarded(() => handler(parsed.data as never));
    }
  }

  // One failing handler must not keep a change from the others.
  async function guarded(work: () => unknown): Promise<void> {
    try {
      await work();
    } catch (error) {
      log.warn({ err: error }, 'a handler of changes failed');
    }
  }

  return {
    async publish(on, topic, payload) {
      const { text, values } = notifySql(topic, payload);
      await on.query(text, values);
    },
    on(topic, handler) {
      const all = handlers.get(topic) ?? new Set();
      handlers.set(topic, all.add(handler));
      return () => void all.delete(handler);
    },
    onGap(handler) {
      gapHandlers.add(handler);
      return () => void gapHandlers.delete(handler);
    },
    isListening: () => client !== undefined,
    async start() {
      isStopped = false;
      try {
        await connect();
      } catch (cause) {
        isStopped = true;
        const text = 'The database cannot be reached to listen for changes. Check DATABASE_URL.';
        throw new AppError('storage_unavailable', text, { cause });
      }
    },
    async stop() {
      isStopped = true;
      cancelTimer();
      const last = client;
      client = undefined;
      if (last) await end(last);
    },
  };
}

async function end(client: Client): Promise<void> {
  await client.end().catch(() => {});
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
