import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { parseAllow } from '../infra/outbound/index.ts';
import { isZone } from '../infra/zone.ts';

const list = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

/** Runs a parser that throws and turns what it says into the issue of this variable. */
function parsedList<T>(parse: (entry: string) => T) {
  return z
    .string()
    .default('')
    .transform((text, ctx) => {
      const entries = list(text);
      for (const entry of entries) {
        try {
          parse(entry);
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error);
          ctx.addIssue({ code: 'custom', message: `"${entry}": ${why}` });
        }
      }
      return entries;
    });
}

function parseProxy(entry: string) {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(entry)) return entry;
  return entry.includes('/') ? ipaddr.parseCIDR(entry) : ipaddr.parse(entry);
}

function parseOrigin(entry: string) {
  const { origin, protocol } = new URL(entry);
  if (origin === entry && /^https?:$/.test(protocol)) return origin;
  throw new Error('not an origin; write it like https://app.example.com, without a path');
}

/** What stands in examples is known to everybody. */
const PLACEHOLDER = /change[-_ ]?(me|this|it)|example|default|your[-_ ]|api[-_]?secret|password/i;

/** First parts of paths that are somebody else's here: doors, contracts, downloads and the console's own. */
const TAKEN_PATHS = new Set([
  ...['v1', 'v1beta', 'api', 'trpc', 'internalweb', 'health', 'healthz', 'playground', 'oauth'],
  ...['audit', 'usage', 'users', 'leases', 'vault', 'assets', 'why', 'setup', 'sign-in', 'invite'],
]);

const httpUrl = z.url({ protocol: /^https?$/ });

const milliseconds = (fallback: number) => z.coerce.number().int().min(1).default(fallback);

/**
 * Every environment variable Gatehouse reads. An empty value counts as unset. The descriptions are
 * what docs/operations.md is checked against.
 */
export const Env = z.object({
  HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000).describe('Port; 0 = any free one'),
  DATA_DIR: z.string().min(1).default('data').describe('Folder of the database, journal, secrets'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('PostgreSQL to use instead of the embedded one'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .describe('Redis for limits that several servers share'),
  REDIS_TIMEOUT_MS: milliseconds(500).describe(
    'Longest wait of a request for Redis; then limits are shared out',
  ),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address people reach this server by, e.g. https://gatehouse.example.com'),
  TRUSTED_PROXIES: parsedList(parseProxy).describe(
    'Addresses or ranges of proxies whose X-Forwarded-For is believed, comma-separated',
  ),
  APP_ENV: z
    .enum(['development', 'staging', 'production'])
    .default('production')
    .describe('Outside of production, weak secrets are taken and /api/docs is there'),
  API_DOCS: z
    .enum(['on', 'off'])
    .optional()
    .describe('Whether /api/docs describes the API; unset = outside of production only'),
  KEY_RING: z
    .string()
    .min(1)
    .optional()
    .describe('The key ring as JSON, in place of secrets.json in the data folder'),
  JWT_SECRET_KEY: z
    .string()
    .min(1)
    .optional()
    .describe('Signs access tokens; unset = made from secrets.json in the data folder'),
  JWT_EXPIRE_HOURS: z.coerce
    .number()
    .int()
    .min(1)
    .max(720)
    .default(24)
    .describe('How long an access token is good for'),
  REFRESH_TOKEN_EXPIRE_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(365)
    .default(7)
    .describe('How long a refresh token is good for'),
  CORS_ORIGINS: parsedList(parseOrigin).describe(
    'Origins whose pages may call /api from a browser, comma-separated, e.g. https://app.example.com',
  ),
  OUTBOUND_ALLOW: parsedList(parseAllow).describe(
    'Private hosts or ranges platforms may be called at, comma-separated, e.g. 127.0.0.1:9100',
  ),
  PROXY_CHECK_ADDRESS: z
    .string()
    .regex(/^([a-z0-9.-]+|\[[0-9a-f:]+\]):\d{1,5}$/i, 'write it like auth.openai.com:443')
    .default('auth.openai.com:443')
    .describe('What proxies are asked to connect to when they are tried; nothing is sent there'),
  PROXY_CHECK_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(86_400)
    .default(300)
    .describe('Seconds between two tries of a proxy; 0 = none is tried by itself'),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .optional()
    .describe('Mail server, e.g. smtp://user:password@mail.example.com:587; unset = no mail'),
  MAIL_FROM: z
    .string()
    .max(320)
    .regex(/^[^\p{Cc}<>]*<[^\s\p{Cc}<>@]+@[^\s\p{Cc}<>@]+>$|^[^\s\p{Cc}<>@]+@[^\s\p{Cc}<>@]+$/u, {
      error: 'an address, or a name and an address: Gatehouse <gatehouse@example.com>',
    })
    .optional()
    .describe('Sender of mails; needed with SMTP_URL'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Least severe log line to print'),
  UPSTREAM_TIMEOUT_MS: milliseconds(120_000).describe('Longest silence of a platform'),
  HEARTBEAT_MS: milliseconds(10_000).describe('Silence after which a stream gets a heartbeat'),
  WAIT_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(120_000)
    .default(10_000)
    .describe('Longest wait of a request for an account with room; 0 = none waits'),
  WAIT_MOST: z.coerce
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(100)
    .describe('Requests that may wait at once for the same model'),
  DRAIN_MS: milliseconds(30_000).describe('Longest wait for running requests at shutdown'),
  RESPONSES_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .max(3650)
    .default(30)
    .describe('How long answers are kept for previous_response_id; 0 = not at all'),
  RESPONSES_MOST_MB_PER_USER: z.coerce
    .number()
    .int()
    .min(32)
    .max(1_000_000)
    .default(512)
    .describe('Size of the answers kept for one person; past it the oldest are removed'),
  QUOTA_ZONE: z
    .string()
    .default('UTC')
    .refine(isZone, 'no such time zone; use a name like Asia/Shanghai')
    .describe('Time zone in which daily and monthly limits start anew, at 00:00'),
  USAGE_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .max(36_500)
    .default(400)
    .describe('How long the record of each request is kept; 0 = for ever'),
  AUDIT_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .max(36_500)
    .default(730)
    .describe('How long it is kept who changed what; 0 = for ever'),
  TRACE_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .max(365)
    .default(14)
    .describe('How long it is kept how a request came about, for its page; 0 = not at all'),
  PLUGIN_API_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address of the Plug-in API, at which everybody then gets an account'),
  PLUGIN_API_ADMIN_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'a key has no spaces and only plain characters')
    .optional()
    .describe('Admin key of the Plug-in API; goes with PLUGIN_API_BASE_URL'),
  PLUGIN_ADMIN_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{32,200}$/, 'must have 32 to 200 characters and no spaces')
    .refine((key) => new Set(key).size >= 12, 'is too easy to guess; take a random one')
    .optional()
    .describe(
      'Admin key of /api/users here, for clients of the Plug-in API; unset = none is taken',
    ),
  PLUGIN_OAUTH_PLATFORM: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, 'must be the id of a platform')
    .optional()
    .describe(
      'Platform whose accounts clients of the Plug-in API link; unset = the only one with an OAuth client',
    ),
  PLUGIN_API_ENCRYPTION_KEY: z
    .string()
    .optional()
    .describe('Fernet key of an older database; read by import:plugin-keys only'),
  OAUTH_CLIENT_ID: z
    .string()
    .min(1)
    .optional()
    .describe('Client id at a plain OAuth 2.0 service, Linux.do unless endpoints say otherwise'),
  OAUTH_CLIENT_SECRET: z.string().min(1).optional().describe('Its secret; needed with the id'),
  OAUTH_REDIRECT_URI: httpUrl
    .optional()
    .describe('Where /api/auth/sso sends browsers back to; default our own page'),
  OAUTH_AUTHORIZATION_ENDPOINT: httpUrl.optional().describe('Where people sign in there'),
  OAUTH_TOKEN_ENDPOINT: httpUrl.optional().describe('Where its codes are exchanged'),
  OAUTH_USER_INFO_ENDPOINT: httpUrl.optional().describe('Where it says who somebody is'),
  API_SECRET: z
    .string()
    .regex(/^[\x21-\x7e]{32,200}$/, 'must have 32 to 200 characters and no spaces')
    .refine(
      (text) => new Set(text).size >= 12 && !PLACEHOLDER.test(text),
      'is too easy to guess; take a random one',
    )
    .optional()
    .describe(
      'One secret of programs that lease every access token; unset = none but the console’s',
    ),
  API_SECRET_GIVES_REFRESH_TOKENS: z
    .stringbool()
    .default(false)
    .describe('Whether answers to API_SECRET hold the refresh token, too'),
  PUBLIC_API_PREFIX: z
    .string()
    .max(100)
    .regex(
      /^(\/[a-z0-9][a-z0-9_-]*)+$/,
      'a path like /public-api, in lower case, without a slash at its end',
    )
    .refine(
      (path) => !TAKEN_PATHS.has(path.split('/')[1] ?? ''),
      'that path is taken by something else here; choose another one, e.g. /public-api',
    )
    .default('/public-api')
    .describe('Where programs lease access tokens'),
  VAULT_ADMIN_API_SHOWS_TOKENS: z
    .stringbool()
    .default(false)
    .describe('Whether /internalweb tells tokens in clear to everybody who may use it'),
  LEASE_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .max(36_500)
    .default(90)
    .describe('How long it is kept who leased which access token; 0 = for ever'),
  API_SSO_UNBOUND: z
    .stringbool()
    .default(false)
    .describe('Whether /api/auth sign-ins by other services need no cookie of the same browser'),
  GATEHOUSE_APPLY: z.string().min(1).optional().describe('Set-up file applied at every start'),
});
export type Env = z.infer<typeof Env>;

/** Thrown when the environment is not usable; the message lists each variable and what is wrong. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads and checks the environment.
 * @throws ConfigError naming every malformed variable and every unknown GATEHOUSE_ one.
 */
export function parseEnv(source: Readonly<Record<string, string | undefined>>): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const unknown = Object.keys(given).filter(
    (name) => name.startsWith('GATEHOUSE_') && !(name in Env.shape),
  );
  const result = Env.safeParse(given);
  const noSender =
    given['SMTP_URL'] !== undefined && given['MAIL_FROM'] === undefined
      ? ['MAIL_FROM: needed with SMTP_URL, e.g. Gatehouse <gatehouse@example.com>']
      : [];
  const problems = [
    ...noSender,
    ...PAIRS.flatMap((pair) => halves(given, pair)),
    ...unknown.map((name) => `${name}: no such setting`),
    ...(result.error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`),
  ];
  if (problems.length > 0 || !result.success) {
    throw new ConfigError(
      `The environment has settings we cannot use:\n  ${problems.join('\n  ')}`,
    );
  }
  return result.data;
}

/** Settings that are of no use without each other. */
const PAIRS = [
  ['PLUGIN_API_BASE_URL', 'PLUGIN_API_ADMIN_KEY'],
  ['OAUTH_CLIENT_ID', 'OAUTH_CLIENT_SECRET'],
] as const;

function halves(
  given: Readonly<Record<string, string | undefined>>,
  pair: readonly string[],
): string[] {
  const missing = pair.filter((name) => given[name] === undefined);
  return missing.length === 1 ? [`${missing[0]}: set it, too; the two go together`] : [];
}
