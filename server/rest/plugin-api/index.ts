import { addAccountRoutes } from './accounts.ts';
import { createPluginIdentify, type PluginIdentifyDeps } from './identify.ts';
import { addKiroRoutes } from './kiro.ts';
import { addOAuthRoutes } from './oauth.ts';
import { addQuotaRoutes } from './quotas.ts';
import type { PluginRoutesDeps } from './spec.ts';
import { addUserRoutes } from './users.ts';

export { kiroOnly } from './kiro-door.ts';

export type PluginApiDeps = Omit<PluginRoutesDeps, 'identify'> & PluginIdentifyDeps;

/** The whole contract of the Plug-in API from our own pool, so that its clients need another address only. */
export function addPluginApi({ contract, rest, ...who }: PluginApiDeps): void {
  const deps: PluginRoutesDeps = { contract, rest, identify: createPluginIdentify(who) };
  addUserRoutes(deps);
  addOAuthRoutes(deps);
  addAccountRoutes(deps);
  addQuotaRoutes(deps);
  addKiroRoutes(deps);
}
