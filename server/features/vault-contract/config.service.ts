import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import { type Audit, by } from '../audit/index.ts';
import type { OAuthClientsService } from '../oauth-clients/index.ts';
import type { ProxiesService } from '../proxies/index.ts';
import type { Vault } from '../vault/index.ts';
import { type Asker, requireVaultWrite } from './asker.ts';
import type { ContractRowsRepo } from './contract-rows.repo.ts';
import { inTurn, usualClient, type VaultWays } from './vault-ways.ts';
import type { WaysReader } from './ways-reader.ts';

export type VaultConfigDeps = {
  repo: Pick<ContractRowsRepo, 'inTx' | 'ways' | 'assign'>;
  ways: WaysReader;
  vault: Pick<Vault, 'settings' | 'saveSettings'>;
  proxies: Pick<ProxiesService, 'update'>;
  clients: Pick<OAuthClientsService, 'save' | 'remove'>;
  audit: Pick<Audit, 'note'>;
};

const Texts = z.array(z.string().trim().min(1).max(500)).max(5_000);

/** The configuration of contract 003: proxies, client ids and when tokens are refreshed. */
export function createVaultConfig(deps: VaultConfigDeps) {
  const { audit, clients, proxies, repo, vault, ways } = deps;

  /** Those that are not named go, new ones come, and accounts that lost theirs get one in turn. */
  async function saveProxies(asker: Asker, list: readonly string[]): Promise<void> {
    const before = await ways.read();
    const kept: string[] = [];
    for (const text of new Set(list)) kept.push((await ways.proxy(asker, before, text)).id);
    const next = inTurn(kept);
    await repo.inTx(async (tx) => {
      const accounts = await repo.ways(tx);
      const lost = accounts.filter(({ proxyId }) =>
        kept.length === 0 ? proxyId !== null : proxyId === null || !kept.includes(proxyId),
      );
      const moves = lost.map(({ accountId }) => ({ accountId, to: next() }));
      await repo.assign(tx, 'proxy_id', moves);
      await noteMoved(asker, tx, { list: 'proxy_list', moved: moves.length, size: kept.length });
    });
    // They stay, switched off: an address with its password is not thrown away by a list.
    for (const { enabled, id } of before.proxies) {
      if (enabled && !kept.includes(id)) await proxies.update(asker, { id, enabled: false });
    }
  }

  async function addClient(asker: Asker, known: VaultWays, clientId: string): Promise<void> {
    const { name, platformId, settings } = usualClient(known);
    if (settings.tokenAuth !== 'none') {
      const text = `Clients like "${name}" have a secret: add "${clientId}" in the console.`;
      throw new AppError('bad_request', text, { param: 'client_id_list' });
    }
    const input = { id: null, platformId, name: clientId.slice(0, 80), clientId, settings };
    await clients.save(asker, { ...input, secret: null });
  }

  async function saveClients(asker: Asker, list: readonly string[]): Promise<void> {
    const before = await ways.read();
    const wanted = new Set(list.length === 0 ? [usualClient(before).clientId] : list);
    for (const text of wanted) {
      if (!before.findClient(text)) await addClient(asker, before, text);
    }
    const after = await ways.read();
    const kept = after.clients.filter(({ clientId }) => wanted.has(clientId));
    const gone = after.clients.filter(({ clientId }) => !wanted.has(clientId));
    const turns = new Map(
      [...new Set(kept.map(({ platformId }) => platformId))].map((platform) => {
        const ids = kept.filter(({ platformId }) => platformId === platform).map(({ id }) => id);
        return [platform, inTurn(ids)];
      }),
    );
    const lastOf = gone.find(({ accounts, platformId }) => accounts > 0 && !turns.has(platformId));
    if (lastOf) {
      const text = `Accounts use "${lastOf.clientId}", and their platform would have no client left.`;
      throw new AppError('bad_request', text, { param: 'client_id_list' });
    }
    const lostIds = new Set(gone.map(({ id }) => id));
    await repo.inTx(async (tx) => {
      const accounts = await repo.ways(tx);
      const moves = accounts
        .filter(({ clientId }) => clientId !== null && lostIds.has(clientId))
        .map(({ account, accountId }) => {
          return { accountId, to: turns.get(account.platformId)?.() ?? null };
        });
      await repo.assign(tx, 'client_id', moves);
      await noteMoved(asker, tx, {
        list: 'client_id_list',
        moved: moves.length,
        size: kept.length,
      });
    });
    for (const { id } of gone) await clients.remove(asker, id);
  }

  function noteMoved(
    asker: Asker,
    tx: Parameters<Audit['note']>[0],
    after: { list: string; moved: number; size: number },
  ) {
    return audit.note(tx, {
      ...by(asker, asker.me),
      action: 'vaultContract.saveConfig',
      target: { kind: 'settings', id: after.list, name: after.list },
      after,
    });
  }

  async function saveTimes(asker: Asker, auto: string | undefined, days: string | undefined) {
    const before = vault.settings();
    const autoRefresh = auto === undefined ? before.autoRefresh : booleanOf(auto);
    const intervalDays = days === undefined ? before.intervalDays : daysOf(days);
    if (autoRefresh === before.autoRefresh && intervalDays === before.intervalDays) return;
    await repo.inTx(async (tx) => {
      await audit.note(tx, {
        ...by(asker, asker.me),
        action: 'vaultContract.saveConfig',
        target: { kind: 'settings', id: 'vault', name: 'vault' },
        before: { autoRefresh: before.autoRefresh, intervalDays: before.intervalDays },
        after: { autoRefresh, intervalDays },
      });
      // Last: nothing changes that could not be noted.
      await vault.saveSettings({ ...before, autoRefresh, intervalDays });
    });
  }

  return {
    proxyList: async () => (await ways.read()).proxyList,
    clientList: async () => (await ways.read()).clientList,

    /** Everything as text, as the contract has it. */
    async read() {
      const { clientList, proxyList } = await ways.read();
      const { autoRefresh, intervalDays } = vault.settings();
      return {
        proxy_list: JSON.stringify(proxyList),
        client_id_list: JSON.stringify(clientList),
        auto_refresh_enabled: String(autoRefresh),
        auto_refresh_interval: String(intervalDays),
      };
    },

    /** Saves what is named and known; the rest is left as it is. @throws AppError bad_request. */
    async save(asker: Asker, configs: Readonly<Record<string, string>>): Promise<void> {
      requireVaultWrite(asker);
      // All is read before anything is written.
      const proxyList = listOf('proxy_list', configs['proxy_list']);
      const clientList = listOf('client_id_list', configs['client_id_list']);
      const auto = configs['auto_refresh_enabled'];
      const days = configs['auto_refresh_interval'];
      if (auto !== undefined) booleanOf(auto);
      if (days !== undefined) daysOf(days);
      const before = await ways.read();
      if (proxyList && !isSame(proxyList, before.proxyList)) await saveProxies(asker, proxyList);
      if (clientList && !isSame(clientList, before.clientList)) {
        await saveClients(asker, clientList);
      }
      await saveTimes(asker, auto, days);
    },
  };
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  const wanted = new Set(a);
  return wanted.size === b.length && b.every((text) => wanted.has(text));
}

function listOf(name: string, text: string | undefined): string[] | null {
  if (text === undefined) return null;
  const list = Texts.safeParse(text.trim() === '' ? [] : parsed(text));
  if (list.success) return list.data;
  throw refuse(name, 'must be a JSON array of texts, at most 5,000');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function booleanOf(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw refuse('auto_refresh_enabled', 'must be "true" or "false"');
}

function daysOf(text: string): number {
  const days = Number(text);
  if (/^\d{1,2}$/.test(text) && days >= 1 && days <= 30) return days;
  throw refuse('auto_refresh_interval', 'must be a number of days, 1 to 30');
}

function refuse(param: string, why: string): AppError {
  return new AppError('bad_request', `${param}: ${why}`, { param });
}
