import { AppError } from '#shared/errors.ts';
import { ProxyHealth } from '#shared/schemas/proxies.ts';
import type { Cipher } from '../../infra/cipher.ts';
import type { Clock } from '../../infra/clock.ts';
import type { ProxyCheck } from '../../infra/outbound/index.ts';
import type { Alerts } from '../alerts/index.ts';
import type { ProxiesRepo, ProxyRow } from './proxies.repo.ts';
import { urlPlace } from './proxy-ways.ts';

export type ProxyChecksDeps = {
  repo: Pick<ProxiesRepo, 'takeDue' | 'noteCheck' | 'find'>;
  cipher: Pick<Cipher, 'open'>;
  check: ProxyCheck;
  alerts: Alerts;
  clock: Clock;
  /** 0 to 1, 1 excluded. */
  random: () => number;
  /** What a proxy is asked to connect to. Nothing is sent there. */
  target: { host: string; port: number };
  /** Between two checks of one proxy; 0 = none are made by themselves. */
  everyMs: number;
  onError(error: unknown): void;
};

/** How many are checked at once, and how many a round takes. */
const AT_ONCE = 8;
const MOST_A_ROUND = 200;
/** Rounds are closer together than checks, for proxies become due one by one. */
const ROUND_MS = 15_000;
/** Tries in a row that turn one down, or up again. */
const FAILURES_TO_DOWN = 3;
const SUCCESSES_TO_UP = 2;
const AGAIN_MS = 5_000;
const MOST_ERROR = 300;

export type ProxyChecks = ReturnType<typeof createProxyChecks>;

/**
 * Tries every proxy now and then. One is down after three failures in a row and up after two
 * successes, so that a single lost packet wakes nobody. Each is checked by one server at a time.
 */
export function createProxyChecks(deps: ProxyChecksDeps) {
  const { alerts, check, cipher, clock, everyMs, onError, random, repo, target } = deps;
  let cancel = () => {};
  let closed = false;
  let running = Promise.resolve();
  const waits = new Set<() => void>();

  function pause(ms: number): Promise<void> {
    if (closed) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        waits.delete(wake);
        resolve();
      };
      const stop = clock.setTimer(ms, done);
      const wake = () => {
        stop();
        done();
      };
      waits.add(wake);
    });
  }

  async function tryOnce({ id, url }: ProxyRow): Promise<Try> {
    const began = clock.now();
    try {
      await check(cipher.open(url, urlPlace(id)), target);
      return { kind: 'ok', ms: Math.max(0, Math.round(clock.now() - began)) };
    } catch (error) {
      if (!(error instanceof AppError)) onError(error);
      const message = error instanceof AppError ? error.message : 'It could not be checked.';
      // A target that cannot be found or called says nothing about the proxy.
      const kind = error instanceof AppError && error.code === 'proxy_failed' ? 'failed' : 'unsure';
      return { kind, message: message.slice(0, MOST_ERROR) };
    }
  }

  /** Tries until it is sure whether `proxy` is up or down. */
  async function settle(proxy: ProxyRow) {
    const was = ProxyHealth.catch('unknown').parse(proxy.health);
    for (let streak = 1, before = ''; ; streak += 1) {
      const found = await tryOnce(proxy);
      if (found.kind !== before) streak = 1;
      before = found.kind;
      const health = closed ? was : judge(was, found, streak);
      if (health !== null) {
        return found.kind === 'ok'
          ? { health, latencyMs: found.ms, lastError: null }
          : { health, latencyMs: null, lastError: found.message };
      }
      await pause(AGAIN_MS);
    }
  }

  async function checkOne(proxy: ProxyRow): Promise<void> {
    const found = await settle(proxy);
    const noted = await repo.noteCheck(proxy, { ...found, at: new Date(clock.now()) });
    if (noted) tell(proxy, found);
  }

  function tell(
    { id, name }: ProxyRow,
    { health, lastError }: { health: ProxyHealth; lastError: string | null },
  ): void {
    const key = `proxy.down:${id}`;
    if (health === 'up') alerts.resolve(key);
    if (health !== 'down') return;
    alerts.raise({
      ...{ kind: 'proxy.down', key, ownerId: null, stillSo: true },
      subject: { kind: 'proxy', id, name },
      facts: { reason: lastError },
    });
  }

  async function checkAll(proxies: readonly ProxyRow[]): Promise<void> {
    const queue = [...proxies];
    const work = async () => {
      for (let next = queue.shift(); next && !closed; next = queue.shift()) {
        await checkOne(next).catch(onError);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  async function round(): Promise<void> {
    const now = clock.now();
    // Up to a fifth later, so that those added together are not asked together for ever.
    const since = new Date(now - everyMs * (1 + random() / 5));
    await checkAll(await repo.takeDue(since, new Date(now), MOST_A_ROUND));
  }

  function plan(): void {
    cancel = clock.setTimer(ROUND_MS * (0.8 + random() * 0.4), () => {
      running = round()
        .catch(onError)
        .finally(() => {
          if (!closed) plan();
        });
    });
  }

  return {
    /** Tries one now; resolves when it is sure. Does nothing when there is none. */
    async checkNow(id: string): Promise<void> {
      const proxy = await repo.find(id);
      if (proxy) await checkOne(proxy);
    },
    /** One is no longer there to be alarmed about. */
    forget: (id: string) => alerts.resolve(`proxy.down:${id}`),
    start() {
      if (everyMs > 0) plan();
    },
    async close(): Promise<void> {
      closed = true;
      cancel();
      for (const wake of [...waits]) wake();
      await running;
    },
  };
}

type Try = { kind: 'ok'; ms: number } | { kind: 'failed' | 'unsure'; message: string };

/** What `streak` tries of the same outcome say of a proxy; null = try again. */
function judge(was: ProxyHealth, { kind }: Try, streak: number): ProxyHealth | null {
  if (kind === 'unsure') return was;
  if (kind === 'ok') return was !== 'down' || streak >= SUCCESSES_TO_UP ? 'up' : null;
  return was === 'down' || streak >= FAILURES_TO_DOWN ? 'down' : null;
}
