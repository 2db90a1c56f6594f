import { Redis } from 'ioredis';
import type { Script } from './redis-scripts.ts';

/** What the gate needs of Redis; every call fails rather than waits. */
export type RedisLink = {
  run(
    script: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown>;
  /** Field by field, of many hashes. */
  read(keys: readonly string[], fields: readonly string[]): Promise<(string | null)[][]>;
  /** Resolves when the first connection stands, or came to nothing. */
  opened(): Promise<void>;
  /** Calls back whenever a connection that stood is gone. */
  onLost(listener: () => void): void;
  close(): void;
};

/** Connects in the background, and again when the connection is lost. `commandMs` bounds every wait. */
export function connectQuotaRedis(url: string, { commandMs = 500 } = {}): RedisLink {
  const redis = new Redis(url, {
    connectTimeout: 2_000,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: (times) => Math.min(times * 200, 2_000),
  });
  // NOTE: who waits for an answer is told there; without a listener the process would end.
  redis.on('error', () => undefined);
  const opened = new Promise<void>((resolve) => {
    redis.once('ready', resolve);
    redis.once('close', resolve);
  });
  let stands = false;
  const lost = new Set<() => void>();
  redis.on('ready', () => {
    stands = true;
  });
  redis.on('close', () => {
    if (stands) for (const listener of lost) listener();
    stands = false;
  });

  return {
    async run({ lua, sha }, keys, args) {
      try {
        return await within(commandMs, redis.evalsha(sha, keys.length, ...keys, ...args));
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
        return await within(commandMs, redis.eval(lua, keys.length, ...keys, ...args));
      }
    },
    read: (keys, fields) =>
      within(commandMs, Promise.all(keys.map((key) => redis.hmget(key, ...fields)))),
    opened: () => opened,
    onLost: (listener) => void lost.add(listener),
    close: () => redis.disconnect(),
  };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const refuse = () => late.reject(new Error(`Redis did not answer within ${ms} ms`));
  // NOTE: where this process itself was held up the answer may have come: it is read before.
  const timer = setTimeout(() => setImmediate(refuse), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
