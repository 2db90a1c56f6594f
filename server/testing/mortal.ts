import type pg from 'pg';
import type { Outbound } from '#server/infra/outbound/index.ts';

const NEVER = new Promise<never>(() => undefined);

/**
 * A server's ways to the outside that end at a chosen step, as they do when the server is killed: what
 * was sent before has its effect, nothing comes back, and nothing is sent any more. Each call counts
 * twice: before it is made, and after its effect. What a platform answered has arrived when its call
 * ended, so there is no step between: that answer was lost on the way, see `lost` of the issuer.
 */
export function mortal() {
  let step = 0;
  let last = Number.POSITIVE_INFINITY;
  const { promise: death, resolve } = Promise.withResolvers<'dead'>();

  function lives(): boolean {
    step += 1;
    if (step >= last) resolve('dead');
    return step < last;
  }

  async function passing<Value>(call: () => Promise<Value>): Promise<Value> {
    if (!lives()) return NEVER;
    try {
      const value = await call();
      return lives() ? value : NEVER;
    } catch (error) {
      // Of a connection that its own death broke, say: a dead process hears of nothing.
      if (lives()) throw error;
      return NEVER;
    }
  }

  function connected(client: pg.PoolClient): pg.PoolClient {
    return new Proxy(client, {
      get(target, name) {
        if (name === 'query') {
          return (...args: [string, unknown[]]) =>
            passing(() => target.query(...args) as Promise<unknown>);
        }
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  return {
    death,
    isDead: () => step >= last,
    /** At once. */
    die(): void {
      last = step;
      resolve('dead');
    },
    /** From now on, at this step. */
    dieAt(at: number): void {
      step = 0;
      last = at;
    },
    pool: (pool: pg.Pool): pg.Pool => {
      const open = new Set<pg.PoolClient>();
      // The connections of a dead process break: PostgreSQL undoes what they had begun.
      void death.then(() => {
        for (const client of open) client.release(true);
      });
      return new Proxy(pool, {
        get(target, name) {
          if (name === 'query') {
            return (...args: [pg.QueryConfig]) =>
              passing(() => target.query(...args) as Promise<unknown>);
          }
          if (name === 'connect') {
            return async () => {
              if (!lives()) return NEVER;
              const client = await target.connect();
              if (!lives()) {
                client.release(true);
                return NEVER;
              }
              open.add(client);
              const release = client.release.bind(client);
              client.release = (broken) => {
                if (open.delete(client)) release(broken);
              };
              return connected(client);
            };
          }
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
    outbound: (outbound: Outbound): Outbound => ({
      ...outbound,
      request: (...args) => (lives() ? outbound.request(...args) : NEVER),
    }),
  };
}
