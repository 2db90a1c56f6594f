import { AppError } from '#shared/errors.ts';
import { SsoSettings } from '#shared/schemas/sso.ts';
import { SSO_PRESETS } from '#shared/sso-presets.ts';
import type { Cipher } from '../../infra/cipher.ts';
import type { Provider } from './provider.ts';
import type { ProviderRow, ProvidersRepo } from './sso.repo.ts';

/** The service of the environment, under the names older installations have. */
export type EnvironmentService = {
  clientId: string;
  clientSecret: string;
  redirectUri: string | null;
  authorizationEndpoint: string | null;
  tokenEndpoint: string | null;
  userInfoEndpoint: string | null;
};

/** What addresses name the environment's service by. */
export const ENVIRONMENT_ID = 'sso';

export type ProvidersDeps = {
  repo: Pick<ProvidersRepo, 'all' | 'find'>;
  cipher: Pick<Cipher, 'open'>;
  environment: EnvironmentService | null;
};

/** The services as they are stored, and the environment's, with their secrets opened. */
export function createProviders({ cipher, environment, repo }: ProvidersDeps) {
  const given = environment && ofEnvironment(environment);

  function toProvider(row: ProviderRow): Provider {
    const { clientId, enabled, id, name, secret, settings, updatedAt } = row;
    return {
      ...{ id, name, enabled, clientId },
      secret: secret && cipher.open(secret, secretPlace(id)),
      settings: SsoSettings.parse(settings),
      version: updatedAt.toISOString(),
      redirectUri: null,
      editable: true,
    };
  }

  /** The environment's comes first and hides a stored one of its name. */
  async function all(): Promise<Provider[]> {
    const stored = (await repo.all()).filter(({ id }) => id !== given?.id).map(toProvider);
    return given ? [given, ...stored] : stored;
  }

  return {
    all,

    enabled: async (): Promise<Provider[]> => (await all()).filter(({ enabled }) => enabled),

    /** @throws AppError not_found when there is none, or it is switched off. */
    async open(id: string): Promise<Provider> {
      const row = id === given?.id ? null : await repo.find(id);
      const provider = id === given?.id ? given : row && toProvider(row);
      if (provider?.enabled) return provider;
      throw new AppError('not_found', 'This way to sign in is not there (any more). Use another.');
    },
  };
}
export type Providers = ReturnType<typeof createProviders>;

/** Where a service's secret lives. */
export const secretPlace = (id: string) => ({ table: 'identity_providers', column: 'secret', id });

function ofEnvironment(from: EnvironmentService): Provider {
  const { settings } = SSO_PRESETS.linuxdo;
  return {
    id: ENVIRONMENT_ID,
    name: SSO_PRESETS.linuxdo.name,
    enabled: true,
    clientId: from.clientId,
    secret: from.clientSecret,
    settings: {
      ...settings,
      authorizationEndpoint: from.authorizationEndpoint ?? settings.authorizationEndpoint,
      tokenEndpoint: from.tokenEndpoint ?? settings.tokenEndpoint,
      userInfoEndpoint: from.userInfoEndpoint ?? settings.userInfoEndpoint,
      newPeople: true,
    },
    version: 'environment',
    redirectUri: from.redirectUri,
    editable: false,
  };
}
