import type { Rest } from '../../rest.ts';
import { addConfigRoutes } from './configs.ts';
import { adminNotFound } from './dialect.ts';
import { addPlainHealth } from './health.ts';
import { type AdminIdentifyDeps, createAdminIdentify } from './identify.ts';
import { addRefreshTokenRoutes } from './refresh-tokens.ts';
import { addSignIn, type SignInDeps } from './sign-in.ts';
import type { AdminRoutesDeps } from './spec.ts';

export type InternalWebDeps = Omit<AdminRoutesDeps, 'identify' | 'rest'> &
  AdminIdentifyDeps &
  SignInDeps;

/** Contract 003 beside its public API: what its web client, and scripts of its admins, call. */
export function addInternalWeb(rest: Rest, deps: InternalWebDeps): void {
  const routes = { ...deps, rest, identify: createAdminIdentify(deps) };
  addSignIn(rest, deps);
  addRefreshTokenRoutes(routes);
  addConfigRoutes(routes);
  addPlainHealth(rest);
  rest.nothingBelow(/^\/(internalweb|health)/, adminNotFound);
}
