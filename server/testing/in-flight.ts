import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import type { Clock } from '#server/infra/clock.ts';
import type { Outbound, OutboundAnswer } from '#server/infra/outbound/index.ts';

/** Turns of the event loop in which nothing happens until there is rest. */
const QUIET_TURNS = 3;
const LONGEST_MS = 60_000;

/**
 * Counts what servers of a test are waiting for outside of this process, so that a test that moves time
 * itself knows when they have done everything that there is to do without time going on.
 */
export function inFlight() {
  let queries = 0;
  let requests = 0;
  let soon = 0;

  async function query<Value>(call: () => Promise<Value>): Promise<Value> {
    queries += 1;
    try {
      return await call();
    } finally {
      queries -= 1;
    }
  }

  function connected(client: pg.PoolClient): pg.PoolClient {
    return new Proxy(client, {
      get(target, name) {
        if (name === 'query') {
          return (...args: [string, unknown[]]) =>
            query(() => target.query(...args) as Promise<unknown>);
        }
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
      set: (target, name, value) => Reflect.set(target, name, value),
    });
  }

  /** A request is over when its body is. */
  function whole(answer: OutboundAnswer): OutboundAnswer {
    const { body } = answer;
    let open = true;
    const end = () => {
      if (open) requests -= 1;
      open = false;
    };
    async function* read(): AsyncGenerator<Buffer> {
      try {
        yield* body;
      } finally {
        end();
      }
    }
    const chunks = read();
    return {
      ...answer,
      body: {
        [Symbol.asyncIterator]: () => chunks,
        destroy() {
          end();
          body.destroy();
        },
      },
    };
  }

  /** Node's own account of files that are being read, written or closed. */
  const usesFiles = () =>
    process
      .getActiveResourcesInfo()
      .some((name) => name.startsWith('FSReq') || name === 'CloseReq');

  return {
    pool: (pool: pg.Pool): pg.Pool =>
      new Proxy(pool, {
        get(target, name) {
          if (name === 'query') {
            return (...args: [pg.QueryConfig]) =>
              query(() => target.query(...args) as Promise<unknown>);
          }
          if (name === 'connect') return async () => connected(await query(() => target.connect()));
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      }),

    outbound: (outbound: Outbound): Outbound => ({
      ...outbound,
      async request(...args) {
        requests += 1;
        try {
          return whole(await outbound.request(...args));
        } catch (error) {
          requests -= 1;
          throw error;
        }
      },
    }),

    /** A clock whose timers of no time run while time stands still, until `isOver`. */
    clock: (clock: Clock, isOver: () => boolean): Clock => ({
      now: clock.now,
      setTimer(ms, fn) {
        const run = () => {
          if (!isOver()) fn();
        };
        if (ms > 0) return clock.setTimer(ms, run);
        soon += 1;
        let waits = true;
        const end = () => {
          if (waits) soon -= 1;
          waits = false;
        };
        const next = setImmediate(() => {
          end();
          run();
        });
        return () => {
          clearImmediate(next);
          end();
        };
      },
    }),

    /**
     * Resolves when nothing is under way but `held()` requests that wait for the test itself. Throws
     * where that does not come about.
     */
    async rest(held: () => number = () => 0): Promise<void> {
      const startedAt = Date.now();
      for (let quiet = 0; quiet < QUIET_TURNS; ) {
        if (queries === 0 && soon === 0 && requests === held() && !usesFiles()) {
          quiet += 1;
          await turn();
          continue;
        }
        quiet = 0;
        await (requests > held() || queries > 0 ? wait(1) : turn());
        if (Date.now() - startedAt > LONGEST_MS) {
          throw new Error(
            `no rest: ${queries} queries, ${requests} requests (${held()} held), ${soon} timers`,
          );
        }
      }
    },
  };
}
