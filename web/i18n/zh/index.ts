import { accounts } from './accounts.ts';
import { alerts } from './alerts.ts';
import { audit } from './audit.ts';
import { common } from './common.ts';
import { connect } from './connect.ts';
import { dashboard } from './dashboard.ts';
import { errors } from './errors.ts';
import { factors } from './factors.ts';
import { fields } from './fields.ts';
import { jobs } from './jobs.ts';
import { keyRing } from './key-ring.ts';
import { keys } from './keys.ts';
import { linking } from './linking.ts';
import { models } from './models.ts';
import { nav } from './nav.ts';
import { offSwitch } from './off-switch.ts';
import { platforms } from './platforms.ts';
import { playground } from './playground.ts';
import { pluginApi } from './plugin-api.ts';
import { pool } from './pool.ts';
import { profile } from './profile.ts';
import { proxies } from './proxies.ts';
import { quotas } from './quotas.ts';
import { registration } from './registration.ts';
import { roles } from './roles.ts';
import { sessions } from './sessions.ts';
import { setup } from './setup.ts';
import { sso } from './sso.ts';
import { usage } from './usage.ts';
import { users } from './users.ts';
import { vault } from './vault.ts';
import { vaultBatch } from './vault-batch.ts';
import { vaultSecrets } from './vault-secrets.ts';
import { why } from './why.ts';

/** Every Chinese text, one namespace a feature. */
export const zh = {
  common,
  nav,
  errors,
  fields,
  setup,
  sessions,
  sso,
  registration,
  users,
  offSwitch,
  roles,
  profile,
  factors,
  accounts,
  linking,
  platforms,
  proxies,
  keyRing,
  models,
  jobs,
  vaultBatch,
  keys,
  pluginApi,
  pool,
  quotas,
  connect,
  dashboard,
  usage,
  alerts,
  audit,
  playground,
  vault,
  vaultSecrets,
  why,
} as const;
