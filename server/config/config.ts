import { isAbsolute, join, resolve } from 'node:path';
import { sha256hex } from '../infra/ids.ts';
import { type Env, parseEnv } from './env.ts';

/** The repository's root: what relative paths in the environment start from. */
export const projectRoot = resolve(import.meta.dirname, '../..');

/** The service people sign in by that the environment describes; null = none. */
function environmentService(env: Env) {
  const { OAUTH_CLIENT_ID: clientId, OAUTH_CLIENT_SECRET: clientSecret } = env;
  if (clientId === undefined || clientSecret === undefined) return null;
  return {
    ...{ clientId, clientSecret },
    redirectUri: env.OAUTH_REDIRECT_URI ?? null,
    authorizationEndpoint: env.OAUTH_AUTHORIZATION_ENDPOINT ?? null,
    tokenEndpoint: env.OAUTH_TOKEN_ENDPOINT ?? null,
    userInfoEndpoint: env.OAUTH_USER_INFO_ENDPOINT ?? null,
  };
}

/** The environment, grouped by who reads it. Secrets are apart, in secrets.ts. */
export function toConfig(env: Env) {
  return Object.freeze({
    dataDir: isAbsolute(env.DATA_DIR) ? env.DATA_DIR : join(projectRoot, env.DATA_DIR),
    keyRing: env.KEY_RING ?? null,
    applyFile: env.GATEHOUSE_APPLY ?? null,
    logLevel: env.LOG_LEVEL,
    database: { url: env.DATABASE_URL ?? null },
    sso: { environment: environmentService(env), unboundApi: env.API_SSO_UNBOUND },
    redis: { url: env.REDIS_URL ?? null, timeoutMs: env.REDIS_TIMEOUT_MS },
    responses: {
      retentionMs: env.RESPONSES_RETENTION_DAYS * 86_400_000,
      mostBytesPerUser: env.RESPONSES_MOST_MB_PER_USER * 1024 * 1024,
    },
    api: { docs: env.API_DOCS ? env.API_DOCS === 'on' : env.APP_ENV !== 'production' },
    tokens: {
      secret: env.JWT_SECRET_KEY ?? null,
      production: env.APP_ENV === 'production',
      accessMs: env.JWT_EXPIRE_HOURS * 3_600_000,
      refreshMs: env.REFRESH_TOKEN_EXPIRE_DAYS * 86_400_000,
    },
    usage: { retentionDays: env.USAGE_RETENTION_DAYS },
    /** Of the Plug-in API that we offer ourselves. */
    pluginContract: {
      adminKeyHash: env.PLUGIN_ADMIN_KEY === undefined ? null : sha256hex(env.PLUGIN_ADMIN_KEY),
      oauthPlatform: env.PLUGIN_OAUTH_PLATFORM ?? null,
    },
    /** Where programs lease access tokens, and the one secret of theirs that is set up here. */
    publicApi: {
      prefix: env.PUBLIC_API_PREFIX,
      adminShowsTokens: env.VAULT_ADMIN_API_SHOWS_TOKENS,
      leaseRetentionDays: env.LEASE_RETENTION_DAYS,
      secret:
        env.API_SECRET === undefined
          ? null
          : {
              hash: sha256hex(env.API_SECRET),
              givesRefreshTokens: env.API_SECRET_GIVES_REFRESH_TOKENS,
            },
    },
    audit: { retentionDays: env.AUDIT_RETENTION_DAYS },
    traces: { retentionDays: env.TRACE_RETENTION_DAYS },
    quotas: { zone: env.QUOTA_ZONE },
    mail: { url: env.SMTP_URL ?? null, from: env.MAIL_FROM ?? null },
    http: {
      host: env.HOST,
      port: env.PORT,
      publicUrl: env.PUBLIC_URL ? env.PUBLIC_URL.replace(/\/+$/, '') : null,
      trustedProxies: env.TRUSTED_PROXIES,
      drainMs: env.DRAIN_MS,
      corsOrigins: env.CORS_ORIGINS,
    },
    upstream: {
      allow: env.OUTBOUND_ALLOW,
      timeoutMs: env.UPSTREAM_TIMEOUT_MS,
      heartbeatMs: env.HEARTBEAT_MS,
    },
    proxies: {
      target: checkTarget(env.PROXY_CHECK_ADDRESS),
      everyMs: env.PROXY_CHECK_SECONDS * 1_000,
    },
    pluginApi: pluginApiOf(env),
    waiting: { most: env.WAIT_MOST, ms: env.WAIT_MS },
  });
}

function checkTarget(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
  return { host, port: Number(address.slice(colon + 1)) };
}

/** Null where no Plug-in API is set up. */
function pluginApiOf(env: Env): { baseUrl: string; adminKey: string } | null {
  const { PLUGIN_API_ADMIN_KEY: adminKey, PLUGIN_API_BASE_URL: baseUrl } = env;
  if (baseUrl === undefined || adminKey === undefined) return null;
  return { baseUrl: baseUrl.replace(/\/+$/, ''), adminKey };
}

export type Config = ReturnType<typeof toConfig>;

/** @throws ConfigError listing what cannot be used. */
export function readConfig(): Config {
  return toConfig(parseEnv(process.env));
}

/** The Fernet key that keys of an older database were sealed with; null = not given. */
export function readOldEncryptionKey(): string | null {
  return parseEnv(process.env).PLUGIN_API_ENCRYPTION_KEY ?? null;
}

/** What `${NAME}` in a set-up file may stand for. */
export function readEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
