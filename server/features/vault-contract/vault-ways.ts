import { AppError } from '#shared/errors.ts';
import type { OAuthClientView } from '#shared/schemas/oauth-clients.ts';
import type { ProxyView } from '#shared/schemas/proxies.ts';
import { parseProxyUrl } from '../../infra/outbound/index.ts';

export type VaultWays = ReturnType<typeof waysOf>;

/** Proxies and clients by the texts that the contract knows them by. */
export function waysOf(
  proxies: readonly ProxyView[],
  clients: readonly OAuthClientView[],
  /** Whole addresses of proxies, opened, by their ids. */
  addresses: ReadonlyMap<string, string>,
) {
  const byNumber = [...proxies].sort((a, b) => a.number - b.number);
  const shown = new Map<string, number>();
  for (const proxy of byNumber) shown.set(proxy.shown, (shown.get(proxy.shown) ?? 0) + 1);
  // Passwords are told to nobody; two that differ in them only are told by their names.
  const labelOf = (proxy: ProxyView) => (shown.get(proxy.shown) === 1 ? proxy.shown : proxy.name);
  const labels = new Map(byNumber.map((proxy) => [proxy.id, labelOf(proxy)]));
  const ordered = [...clients].sort((a, b) => a.number - b.number);
  const clientIds = new Map(ordered.map(({ clientId, id }) => [id, clientId]));
  return {
    proxies: byNumber,
    clients: ordered,
    proxyList: byNumber.filter(({ enabled }) => enabled).map(labelOf),
    clientList: [...new Set(ordered.map(({ clientId }) => clientId))],
    proxyLabel: (id: string | null) => (id === null ? '' : (labels.get(id) ?? '')),
    clientLabel: (id: string | null) => (id === null ? '' : (clientIds.get(id) ?? '')),
    /** By what it is called in the list, its name, or its whole address. */
    findProxy(text: string): ProxyView | null {
      const named = byNumber.find((one) => labelOf(one) === text || one.name === text);
      if (named) return named;
      const wanted = sameAs(text);
      const same = (id: string) => sameAs(addresses.get(id) ?? '') === wanted;
      return (wanted !== null && byNumber.find(({ id }) => same(id))) || null;
    },
    /** Of the platform that is named, else the first of this id. */
    findClient(text: string, platformId?: string): OAuthClientView | null {
      const fits = ordered.filter(({ clientId }) => clientId === text);
      return fits.find((one) => platformId === undefined || one.platformId === platformId) ?? null;
    },
  };
}

/** One text for all ways to write one proxy: users and passwords tell two apart. */
function sameAs(text: string): string | null {
  try {
    const { password, shown, user } = parseProxyUrl(text);
    return JSON.stringify([shown, user, password]);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

/** The client that is meant where none is named. @throws AppError bad_request when there is none. */
export function usualClient(ways: Pick<VaultWays, 'clients'>): OAuthClientView {
  const [first] = ways.clients;
  if (first) return first;
  throw new AppError(
    'bad_request',
    'There is no OAuth client yet. Add one in the console, under the platform it belongs to.',
    { param: 'client_id' },
  );
}

/** Gives each the next one, so that all get as many. */
export function inTurn(ids: readonly string[]): () => string | null {
  let turn = 0;
  return () => {
    const id = ids[turn % Math.max(ids.length, 1)] ?? null;
    turn += 1;
    return id;
  };
}
