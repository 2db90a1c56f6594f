import {
  type AccountRecordsService,
  type AccountsService,
  createAccountsRouter,
} from '../features/accounts/index.ts';
import { type AlertsRouterServices, createAlertsRouter } from '../features/alerts/index.ts';
import { type AuditService, createAuditRouter } from '../features/audit/index.ts';
import { createFactorsRouter, type FactorsService } from '../features/factors/index.ts';
import { createJobsRouter, type JobsService } from '../features/jobs/index.ts';
import { createKeyRingRouter, type KeyRingService } from '../features/key-ring/index.ts';
import { createKeysRouter, type KeysService } from '../features/keys/index.ts';
import { createLinkingRouter, type LinkingService } from '../features/linking/index.ts';
import {
  createModelsRouter,
  type ModelsService,
  type PricesService,
} from '../features/models/index.ts';
import {
  createOAuthClientsRouter,
  type OAuthClientsService,
} from '../features/oauth-clients/index.ts';
import { createOffSwitchRouter, type OffSwitchService } from '../features/off-switch/index.ts';
import { createPlatformsRouter, type PlatformsService } from '../features/platforms/index.ts';
import { createPluginApiRouter, type PluginApiService } from '../features/plugin-api/index.ts';
import { createPoolRouter, type PoolService } from '../features/pool/index.ts';
import { createProxiesRouter, type ProxiesService } from '../features/proxies/index.ts';
import { createQuotasRouter, type QuotasService } from '../features/quotas/index.ts';
import {
  createRegistrationRouter,
  type RegistrationServices,
} from '../features/registration/index.ts';
import { createRolesRouter, type RolesService } from '../features/roles/index.ts';
import {
  createSessionsRouter,
  type ProofsService,
  type SessionsService,
  type SignInService,
} from '../features/sessions/index.ts';
import { createSetupRouter, type SetupService } from '../features/setup/index.ts';
import {
  createSsoRouter,
  type IdentitiesService,
  type ProvidersService,
  type SsoService,
} from '../features/sso/index.ts';
import { createTokensRouter, type TokensService } from '../features/tokens/index.ts';
import { createWhyRouter, type WhyService } from '../features/traces/index.ts';
import { createUsageRouter, type UsageService } from '../features/usage/index.ts';
import {
  createUsersRouter,
  type InvitesService,
  type UsersService,
} from '../features/users/index.ts';
import { createVaultBatchRouter, type VaultBatchService } from '../features/vault-batch/index.ts';
import { createVaultRouter, type VaultConsoleService } from '../features/vault-console/index.ts';
import {
  createVaultSecretsRouter,
  type VaultSecretsServices,
} from '../features/vault-secrets/index.ts';
import { router } from './init.ts';

export type Services = AlertsRouterServices & {
  setup: SetupService;
  sessions: SessionsService;
  tokens: TokensService;
  signIn: SignInService;
  proofs: ProofsService;
  factors: FactorsService;
  roles: RolesService;
  sso: SsoService;
  ssoProviders: ProvidersService;
  identities: IdentitiesService;
  registration: RegistrationServices;
  users: UsersService;
  invites: InvitesService;
  offSwitch: OffSwitchService;
  platforms: PlatformsService;
  proxies: ProxiesService;
  keyRing: KeyRingService;
  oauthClients: OAuthClientsService;
  linking: LinkingService;
  vaultSecrets: VaultSecretsServices;
  accounts: AccountsService;
  accountRecords: AccountRecordsService;
  models: ModelsService;
  prices: PricesService;
  keys: KeysService;
  pluginApi: PluginApiService;
  jobs: JobsService;
  vaultBatch: VaultBatchService;
  pool: PoolService;
  quotas: QuotasService;
  usage: UsageService;
  vaultConsole: VaultConsoleService;
  why: WhyService;
  audit: AuditService;
};

/** Every procedure of the console. A feature adds its service above and its line below. */
export function createAppRouter(services: Services) {
  return router({
    setup: createSetupRouter(services.setup),
    sessions: createSessionsRouter(services),
    tokens: createTokensRouter(services.tokens),
    factors: createFactorsRouter(services.factors),
    roles: createRolesRouter(services.roles),
    offSwitch: createOffSwitchRouter(services.offSwitch),
    sso: createSsoRouter(services),
    registration: createRegistrationRouter(services.registration),
    users: createUsersRouter(services.users, services.invites),
    platforms: createPlatformsRouter(services.platforms),
    proxies: createProxiesRouter(services.proxies),
    keyRing: createKeyRingRouter(services.keyRing),
    oauthClients: createOAuthClientsRouter(services.oauthClients),
    linking: createLinkingRouter(services.linking),
    vaultSecrets: createVaultSecretsRouter(services.vaultSecrets),
    accounts: createAccountsRouter(services.accounts, services.accountRecords),
    models: createModelsRouter(services.models, services.prices),
    keys: createKeysRouter(services.keys),
    jobs: createJobsRouter(services.jobs),
    vaultBatch: createVaultBatchRouter(services.vaultBatch, services.jobs),
    pluginApi: createPluginApiRouter(services.pluginApi),
    pool: createPoolRouter(services.pool),
    quotas: createQuotasRouter(services.quotas),
    usage: createUsageRouter(services.usage),
    vault: createVaultRouter(services.vaultConsole),
    why: createWhyRouter(services.why),
    audit: createAuditRouter(services.audit),
    alerts: createAlertsRouter(services),
  });
}
export type AppRouter = ReturnType<typeof createAppRouter>;
