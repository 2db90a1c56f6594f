import type { Features } from '../build-features.ts';
import type { Config } from '../config/config.ts';
import { addPluginApi } from './plugin-api/index.ts';
import { createRest, type RestDeps } from './rest.ts';
import { addHealth } from './shared-accounts/health.ts';

export type ContractsDeps = Omit<RestDeps, 'corsOrigins'> &
  Pick<Features, 'services' | 'ports'> & { config: Config };

/** The contracts of older clients, each a folder here. Add a group of routes by a line below. */
export function createContracts({ config, ...deps }: ContractsDeps) {
  const rest = createRest({ ...deps, corsOrigins: config.http.corsOrigins });
  addPluginApi({
    rest,
    contract: deps.services.pluginContract,
    identify: deps.identify,
    adminKeyHash: config.pluginContract.adminKeyHash,
  });
  addHealth(rest);
  return rest;
}
