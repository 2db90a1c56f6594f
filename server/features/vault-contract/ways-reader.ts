import { AppError } from '#shared/errors.ts';
import type { ProxyView } from '#shared/schemas/proxies.ts';
import type { Cipher } from '../../infra/cipher.ts';
import type { OAuthClientsService } from '../oauth-clients/index.ts';
import type { ProxiesService } from '../proxies/index.ts';
import { type Asker, requireVaultWrite } from './asker.ts';
import type { ContractRowsRepo } from './contract-rows.repo.ts';
import { type VaultWays, waysOf } from './vault-ways.ts';

export type WaysReaderDeps = {
  repo: Pick<ContractRowsRepo, 'proxies'>;
  cipher: Pick<Cipher, 'open'>;
  proxies: Pick<ProxiesService, 'list' | 'importList' | 'update'>;
  clients: Pick<OAuthClientsService, 'list'>;
};

export type WaysReader = ReturnType<typeof createWaysReader>;

/** Proxies and clients as they are now, and proxies that are made when they are first named. */
export function createWaysReader({ cipher, clients, proxies, repo }: WaysReaderDeps) {
  function opened(id: string, sealed: string): [string, string][] {
    try {
      return [[id, cipher.open(sealed, { table: 'proxies', column: 'url', id })]];
    } catch {
      // Its key is gone: it is known by its name only.
      return [];
    }
  }

  async function read(): Promise<VaultWays> {
    const [all, kept, stored] = await Promise.all([proxies.list(), clients.list(), repo.proxies()]);
    return waysOf(all, kept, new Map(stored.flatMap(({ id, url }) => opened(id, url))));
  }

  return {
    read,

    /**
     * The proxy of this text, which is made when it is a new address, and switched on.
     * @throws AppError bad_request, forbidden.
     */
    async proxy(asker: Asker, ways: VaultWays, text: string): Promise<ProxyView> {
      const known = ways.findProxy(text);
      if (known?.enabled) return known;
      requireVaultWrite(asker);
      if (known) return await proxies.update(asker, { id: known.id, enabled: true });
      const { refused } = await proxies.importList(asker, { text });
      const made = (await read()).findProxy(text);
      if (made) return made;
      const why = refused[0]?.message ?? 'It is no address of a proxy.';
      throw new AppError('bad_request', `proxy: ${why}`, { param: 'proxy' });
    },
  };
}
