import { randomUUID } from 'node:crypto';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Cipher } from '../../infra/cipher.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Outbound } from '../../infra/outbound/index.ts';
import type { Db } from '../../infra/prisma/client.ts';
import type { Registry } from '../../platforms/registry.ts';
import type { Actor, Audit } from '../audit/index.ts';
import type { OAuthClientsService } from '../oauth-clients/index.ts';
import { createExchange, type Vault } from '../vault/index.ts';
import { createReadFacts } from './account-facts.ts';
import { createDevices } from './devices.ts';
import { createLinkForPlugin } from './link-for-plugin.ts';
import { createLinkingRepo } from './linking.repo.ts';
import { createLinkingService } from './linking.service.ts';
import { createSettle } from './settle.ts';

export type BuildLinkingOptions = {
  db: Db;
  vault: Pick<Vault, 'add' | 'replace'>;
  clients: OAuthClientsService;
  registry: Pick<Registry, 'find'>;
  outbound: Pick<Outbound, 'json' | 'request'>;
  cipher: Pick<Cipher, 'open' | 'seal'>;
  audit: Pick<Audit, 'note'>;
  clock: Clock;
  publicUrl: string | null;
  /** Of the Plug-in API's first family; null = the only platform that has a client. */
  pluginPlatform: string | null;
  /** A person who may come in; null = there is no such one. */
  meOf(userId: string): Promise<Me | null>;
  /** Changes an account: one that was linked to be lent is lent so. */
  update(actor: Actor, change: { id: string; shared: boolean }): Promise<unknown>;
  onError(error: unknown): void;
};

/** Signing in to accounts at their platforms, wired. */
export function buildLinking(options: BuildLinkingOptions) {
  const { audit, cipher, clients, clock, db, onError, outbound, publicUrl } = options;
  const { meOf, pluginPlatform, registry, update, vault } = options;
  const repo = createLinkingRepo(db);
  const exchange = createExchange(outbound);
  const readFacts = createReadFacts(outbound);
  const settle = createSettle({ audit, cipher, readFacts, repo, vault });
  const devices = createDevices({
    ...{ cipher, clients, clock, exchange, onError, repo, settle },
  });
  const service = createLinkingService({
    ...{ cipher, clients, clock, devices, exchange, outbound, publicUrl, registry, repo, settle },
    newState: randomUUID,
  });
  async function share(userId: string, accountId: string): Promise<void> {
    const me = await meOf(userId);
    if (me) await update({ me, address: '', requestId: null }, { id: accountId, shared: true });
  }

  return {
    service,
    forPlugin: createLinkForPlugin({
      clients,
      pluginPlatform,
      repo,
      service,
      share,
      clock,
    }),
    /** Brings home what an earlier run could not store, then asks for devices. */
    start(): void {
      void service.resume().catch(onError);
      devices.start();
    },
    close: devices.close,
  };
}
