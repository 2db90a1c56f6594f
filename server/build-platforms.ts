import type { Common } from './build-common.ts';
import type { Alerts } from './features/alerts/index.ts';
import {
  createOAuthClientsRepo,
  createOAuthClientsService,
} from './features/oauth-clients/index.ts';
import { createPlatformsRepo, createPlatformsService } from './features/platforms/index.ts';
import { createPluginApi } from './features/plugin-api/index.ts';
import { buildProxies } from './features/proxies/index.ts';
import type { Outbound } from './infra/outbound/index.ts';
import { createCallPlatform } from './platforms/call-platform.ts';
import { createRegistry } from './platforms/registry.ts';
import { createSandbox } from './platforms/sandbox/index.ts';
import { version } from './version.ts';

/** The platforms, and how they are reached: which proxy, as which client. */
export function buildPlatforms(common: Common, alerts: Alerts) {
  const { audit, changes, clock, config, db, newId, onError, outbound, random } = common;
  const repo = createPlatformsRepo(db);
  const pluginApi = createPluginApi({ ...common, config: config.pluginApi });
  const registry = createRegistry({
    ...{ changes, clock, onError },
    configured: pluginApi.platforms,
    custom: repo.all,
  });
  const proxies = buildProxies({
    ...common,
    ...{ alerts, allow: config.upstream.allow, config: config.proxies },
  });
  const sandbox = createSandbox({ clock, random });
  const callsBy = (client: Pick<Outbound, 'request'>) =>
    createCallPlatform({ outbound: client, via: proxies.dispatch, sandbox, version });
  const oauthClients = createOAuthClientsService({
    ...{ audit, cipher: common.cipher, newId, outbound, registry },
    repo: createOAuthClientsRepo(db),
  });
  return {
    ...{ oauthClients, pluginApi, proxies, registry },
    platforms: createPlatformsService({ repo, registry, outbound, audit }),
    callPlatform: pluginApi.calls(callsBy, callsBy(outbound)),
    /** Whether there is a platform of this id. */
    isPlatform: (platformId: string) => registry.find(platformId) !== undefined,
    /** As people know it; its id where nobody does. */
    platformName: (platformId: string) => registry.find(platformId)?.name ?? platformId,
  };
}
export type BuiltPlatforms = ReturnType<typeof buildPlatforms>;
