import type { Features } from '../build-features.ts';
import type { Config } from '../config/config.ts';
import { version } from '../version.ts';
import { addPluginApi } from './plugin-api/index.ts';
import { addInternalWeb } from './refresh-tokens/internalweb/index.ts';
import { addPublicApi, type PublicApiDeps } from './refresh-tokens/public.ts';
import { createRest, type RestDeps } from './rest.ts';
import { addApiKeys } from './shared-accounts/api-keys.ts';
import { addAuth } from './shared-accounts/auth.ts';
import type { SsoDeps } from './shared-accounts/auth-deps.ts';
import { addDocs } from './shared-accounts/docs.ts';
import { addHealth, type HealthDeps } from './shared-accounts/health.ts';
import { addPluginApi as addPluginProxy } from './shared-accounts/plugin-api.ts';
import { addSso } from './shared-accounts/sso.ts';
import { addUsage } from './shared-accounts/usage.ts';

export type ContractsDeps = Omit<RestDeps, 'corsOrigins'> &
  Pick<Features, 'services' | 'ports' | 'profiles' | 'limiters' | 'programs'> & {
    config: Config;
    door: SsoDeps['door'];
    clock: HealthDeps['clock'];
    askDatabase: HealthDeps['askDatabase'];
    addressOf: PublicApiDeps['addressOf'];
  };

/** The contracts of older clients, each a folder here. Add a group of routes by a line below. */
export function createContracts({ config, ...deps }: ContractsDeps) {
  const { services, ports, profiles, limiters } = deps;
  const rest = createRest({ ...deps, corsOrigins: config.http.corsOrigins });
  addPluginApi({
    rest,
    contract: deps.services.pluginContract,
    identify: deps.identify,
    adminKeyHash: config.pluginContract.adminKeyHash,
  });
  const auth = { ...services, profiles, limiters };
  addAuth(rest, auth);
  addSso(rest, { ...auth, door: deps.door, unbound: config.sso.unboundApi });
  addApiKeys(rest, { keys: services.numberedKeys, clock: deps.clock });
  const pluginChat = addPluginProxy(rest, {
    ...ports,
    service: services.pluginApi,
    way: ports.pluginWay,
    clock: deps.clock,
  });
  addUsage(rest, {
    usage: services.ownUsage,
    contract: services.pluginContract,
    clock: deps.clock,
  });
  addInternalWeb(rest, {
    ...deps,
    ...{ ...services, lookup: deps.programs.lookup },
    publicPrefix: config.publicApi.prefix,
    showsTokens: config.publicApi.adminShowsTokens,
  });
  addPublicApi(rest, {
    ...deps.programs,
    addressOf: deps.addressOf,
    prefix: config.publicApi.prefix,
  });
  if (config.api.docs) addDocs(rest, { version, url: config.http.publicUrl });
  addHealth(rest, {
    ...deps,
    database: config.database.url === null ? 'embedded postgresql' : 'postgresql',
    redisAnswers: () => (config.redis.url === null ? null : ports.counted() === 'in Redis'),
  });
  return Object.assign(rest, { pluginChat });
}
