import { Redis } from 'ioredis';
import ipaddr from 'ipaddr.js';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '#shared/errors.ts';
import type { Log } from '../../infra/log.ts';

export type TriesRule = {
  /** Tries that cost no wait. */
  free: number;
  /** Wait after the last free try, in seconds; doubles with every further one. */
  firstWaitS: number;
  longestWaitS: number;
  /** Seconds after the first try in which tries are remembered. */
  memoryS: number;
};

/** Counts tries by key. A try counts before it is made, so that many at once cannot slip through. */
export type Tries = {
  /** @throws AppError too_many_tries with the wait. */
  take(key: string): Promise<void>;
  /** The try was a good one: it does not count. */
  giveBack(key: string): Promise<void>;
  /** Forgets every try of the key. */
  reset(key: string): Promise<void>;
};

export type Limiters = {
  /** Sign-in tries by user name, whether or not it exists. */
  username: Tries;
  /** Sign-in tries by address. */
  address: Tries;
  /** Tries at set-up and invite tokens, by address. */
  token: Tries;
  /** Tries at one's own current password, by user id. */
  password: Tries;
  /** Tries at codes of an authenticator app and recovery codes, by user id. */
  code: Tries;
  /** Passkeys asked for without saying who one is, by address. */
  passkey: Tries;
  /** Sign-ins by other services begun and finished, by address. */
  sso: Tries;
  /** People who registered, by address. */
  register: Tries;
  /** Mails asked for by strangers, by address. */
  mailAsk: Tries;
  /** Mails with links to one person, by user id. */
  mailTo: Tries;
  /** User names asked after, by address. */
  names: Tries;
  /** Wrong secrets of programs, by address. */
  secret: Tries;
  close(): void;
};

const HOUR_S = 3_600;
const PER_NAME: TriesRule = { free: 5, firstWaitS: 15, longestWaitS: 900, memoryS: 24 * HOUR_S };
/** What makes something new each time, or fills a mailbox. */
const PER_MAKING: TriesRule = { free: 10, firstWaitS: 60, longestWaitS: 3_600, memoryS: HOUR_S };
const PER_ADDRESS: TriesRule = { free: 30, firstWaitS: 15, longestWaitS: 900, memoryS: HOUR_S };

export type LimiterOptions = {
  /** Counts are shared through Redis when set, and per process while it is away. */
  redisUrl: string | null;
  log?: Pick<Log, 'warn' | 'info'>;
};

/** Connects to Redis in the background; never fails and never waits longer than half a second. */
export function createLimiters({ redisUrl, log }: LimiterOptions): Limiters {
  const redis = redisUrl === null ? null : connect(redisUrl, log);
  const make = (name: string, rule: TriesRule) => createTries({ name, rule, redis, log });
  return {
    username: make('username', PER_NAME),
    address: make('address', PER_ADDRESS),
    token: make('token', PER_ADDRESS),
    password: make('password', PER_NAME),
    code: make('code', PER_NAME),
    passkey: make('passkey', PER_ADDRESS),
    sso: make('sso', PER_ADDRESS),
    register: make('register', PER_MAKING),
    mailAsk: make('mail-ask', PER_ADDRESS),
    mailTo: make('mail-to', { ...PER_MAKING, free: 5 }),
    names: make('names', PER_ADDRESS),
    secret: make('secret', PER_ADDRESS),
    close: () => redis?.disconnect(),
  };
}

type TriesOptions = {
  name: string;
  rule: TriesRule;
  redis: Redis | null;
  log?: LimiterOptions['log'] | undefined;
};

/** Free tries first, then one per growing wait. */
export function createTries({ name, rule, redis, log }: TriesOptions): Tries {
  const count = limiter(redis, { keyPrefix: `gh:tries:${name}`, duration: rule.memoryS });
  // One try fits through the gate; it opens again when its wait is over.
  const gate = limiter(redis, { keyPrefix: `gh:gate:${name}`, duration: rule.longestWaitS });

  return {
    async take(key) {
      const { consumedPoints } = await count.penalty(key);
      const beyond = consumedPoints - rule.free;
      if (beyond < 0) return;
      const customDuration = Math.min(
        rule.firstWaitS * 2 ** Math.min(beyond, 20),
        rule.longestWaitS,
      );
      try {
        await gate.consume(key, 1, { customDuration });
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        // Knocking while locked out does not make the wait longer.
        await count.reward(key);
        throw tooMany(refusal.msBeforeNext);
      }
      if (beyond === 0)
        log?.warn({ limit: name, who: key, waitS: customDuration }, 'too many tries');
    },
    async giveBack(key) {
      // The gate stays: otherwise one's own sign-ins would buy tries at someone else's.
      await count.reward(key);
    },
    async reset(key) {
      await Promise.all([count.delete(key), gate.delete(key)]);
    },
  };
}

function tooMany(msBeforeNext: number): AppError {
  const seconds = Math.max(1, Math.ceil(msBeforeNext / 1_000));
  const wait = seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} minutes`;
  return new AppError('too_many_tries', `Too many tries. Wait ${wait}, then try again.`, {
    retryAfterMs: seconds * 1_000,
  });
}

function limiter(redis: Redis | null, options: { keyPrefix: string; duration: number }) {
  const memory = new RateLimiterMemory({ ...options, points: 1 });
  if (!redis) return memory;
  return new RateLimiterRedis({
    ...options,
    points: 1,
    storeClient: redis,
    rejectIfRedisNotReady: true,
    insuranceLimiter: memory,
  });
}

function connect(url: string, log: LimiterOptions['log']): Redis {
  const redis = new Redis(url, {
    connectTimeout: 2_000,
    commandTimeout: 500,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: (times) => Math.min(times * 200, 5_000),
  });
  let away = false;
  let reason: Error | undefined;
  redis.on('error', (error: Error) => {
    reason = error;
  });
  redis.on('close', () => {
    if (!away && redis.status !== 'end') {
      log?.warn({ err: reason }, 'Redis is away: sign-in limits count per process');
    }
    away = true;
  });
  redis.on('ready', () => {
    if (away) log?.info('Redis is back: sign-in limits are shared again');
    away = false;
  });
  return redis;
}

/** What tries are counted by: one IPv6 household owns a whole /64, so its addresses count as one. */
export function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
