import { AppError } from '#shared/errors.ts';
import type { Cipher, Place } from '../../infra/cipher.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Outbound } from '../../infra/outbound/index.ts';
import { type Changes, createReloader } from '../../infra/reloader.ts';
import type { StoredProxy } from './proxies.repo.ts';

export type ProxyWaysDeps = {
  repo: { stored(): Promise<StoredProxy[]> };
  cipher: Pick<Cipher, 'open'>;
  changes: Changes<'proxies'>;
  clock: Clock;
  /** The one client that nothing else goes through: `createOutbound({ via })`. */
  outboundVia(url: string): Outbound;
  /** Without a proxy: only asked what may be called at all. */
  direct: Pick<Outbound, 'assertAllowed'>;
  onError(error: unknown): void;
};

/** How others send requests through a proxy. */
export type ProxyWays = {
  /**
   * A client whose every request goes through this proxy, as it is when the request is sent: a change
   * of its address counts at once. Throws AppError `proxy_failed` when the proxy does not serve, is
   * switched off or unknown; nothing ever goes round it.
   */
  dispatch(proxyId: string): Outbound;
  start(): Promise<void>;
  close(): Promise<void>;
};

type Way = { sealed: string; outbound: Outbound };

/** Where the address of a proxy is sealed. */
export const urlPlace = (id: string): Place => ({ table: 'proxies', column: 'url', id });

/** All proxies in memory, each with connections of its own once it is used. */
export function createProxyWays(deps: ProxyWaysDeps): ProxyWays {
  const { changes, cipher, clock, direct, onError, outboundVia, repo } = deps;
  const ways = new Map<string, Way>();
  let known = new Map<string, StoredProxy>();
  const stops: (() => void)[] = [];
  const reloader = createReloader({
    async load() {
      const rows = await repo.stored();
      known = new Map(rows.map((row) => [row.id, row]));
      for (const [id, way] of ways) if (known.get(id)?.url !== way.sealed) drop(id, way);
    },
    clock,
    onError,
  });

  /** What still runs through the address as it was may end. */
  function drop(id: string, way: Way): void {
    ways.delete(id);
    way.outbound.close({ drain: true }).catch(onError);
  }

  async function wayOf(id: string): Promise<Outbound> {
    // One that was just added may be used before the news of it came round.
    if (!known.has(id)) await reloader.reload(null);
    const proxy = known.get(id);
    if (!proxy) throw refused('The proxy of this account is gone. Choose another one.');
    if (!proxy.enabled) {
      throw refused(`The proxy "${proxy.name}" is switched off. Switch it on, or choose another.`);
    }
    const way = ways.get(id);
    if (way?.sealed === proxy.url) return way.outbound;
    if (way) drop(id, way);
    const outbound = outboundVia(opened(proxy));
    ways.set(id, { sealed: proxy.url, outbound });
    return outbound;
  }

  function opened({ id, name, url }: StoredProxy): string {
    try {
      return cipher.open(url, urlPlace(id));
    } catch (cause) {
      onError(cause);
      const text = `The address of the proxy "${name}" cannot be opened. Enter it again.`;
      throw new AppError('proxy_failed', text, { cause });
    }
  }

  return {
    dispatch: (proxyId) => ({
      request: async (url, options) => (await wayOf(proxyId)).request(url, options),
      json: async (url, options) => (await wayOf(proxyId)).json(url, options),
      assertAllowed: (url) => direct.assertAllowed(url),
      close: () => Promise.resolve(),
    }),
    async start() {
      const reload = () => void reloader.reload(null).catch(() => undefined);
      stops.push(changes.on('proxies', reload), changes.onGap(reload));
      await reloader.reload(null);
    },
    async close() {
      for (const stop of stops.splice(0)) stop();
      reloader.close();
      await Promise.all([...ways.values()].map(({ outbound }) => outbound.close()));
      ways.clear();
    },
  };
}

function refused(message: string): AppError {
  return new AppError('proxy_failed', message);
}
