import { AppError } from '#shared/errors.ts';
import { type Outbound, type OutboundAnswer, readWhole } from '../../infra/outbound/index.ts';
import { type AnswerFailure, failureOf } from './token-failures.ts';
import { masked } from './token-mask.ts';

/** What of an OAuth client the token endpoint is asked with; the secret in clear. */
export type TokenClient = {
  clientId: string;
  /** Null = a public client. */
  clientSecret: string | null;
  tokenEndpoint: string;
  redirectUri: string | null;
  /** `form` or `json`. */
  tokenFormat: string;
  /** `none`, `basic` or `post`. */
  tokenAuth: string;
};

export type Grant =
  | { type: 'refresh_token'; refreshToken: string }
  | {
      type: 'authorization_code';
      code: string;
      redirectUri: string | null;
      verifier: string | null;
    }
  | { type: 'device_code'; deviceCode: string };

export type Tokens = {
  accessToken: string;
  /** Null = the one there is stays good. */
  refreshToken: string | null;
  /** Seconds; null = the endpoint does not say. */
  expiresInS: number | null;
  idToken: string | null;
  scope: string | null;
};

export type TokenAnswer = ({ ok: true } & Tokens) | ({ ok: false } & AnswerFailure);

export type ExchangeOptions = {
  /** Through which it is asked; the direct way unless given. */
  via?: Pick<Outbound, 'request'>;
  signal?: AbortSignal;
  /** Longest the whole exchange may take. */
  timeoutMs?: number;
};

export type Exchange = (
  client: TokenClient,
  grant: Grant,
  options?: ExchangeOptions,
) => Promise<TokenAnswer>;

const TIMEOUT_MS = 30_000;
const MOST_BYTES = 256 * 1024;
const LONGEST_TOKEN = 16_384;

/**
 * The one way to ask a token endpoint (RFC 6749, RFC 8628). Whatever goes wrong is an answer, never an
 * exception: what cannot be understood says nothing about the token. No text of an answer carries a
 * token or secret that was sent.
 */
export function createExchange(outbound: Pick<Outbound, 'request'>): Exchange {
  return async (client, grant, { via = outbound, signal, timeoutMs = TIMEOUT_MS } = {}) => {
    const limit = AbortSignal.timeout(timeoutMs);
    const secrets = secretsOf(client, grant);
    try {
      const answer = await via.request(client.tokenEndpoint, {
        method: 'POST',
        ...requestOf(client, grant),
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
        headersTimeoutMs: timeoutMs,
        bodyTimeoutMs: timeoutMs,
      });
      const text = await readText(answer);
      return understood(answer, parsed(text), secrets);
    } catch (error) {
      return notAsked(error, limit.aborted, secrets);
    }
  };
}

function notAsked(error: unknown, late: boolean, secrets: readonly string[]): TokenAnswer {
  const known = error instanceof AppError ? error : null;
  const isProxy = known?.code === 'proxy_failed';
  const text = late
    ? 'The token endpoint did not answer in time.'
    : (known?.message ?? 'The token endpoint could not be asked.');
  return {
    ok: false,
    failure: isProxy ? 'proxy' : 'transient',
    code: known?.code ?? null,
    text: masked(text, secrets),
    retryAfterMs: null,
  };
}

function understood(
  answer: OutboundAnswer,
  data: Record<string, unknown> | null,
  secrets: readonly string[],
): TokenAnswer {
  const isGood = answer.status >= 200 && answer.status < 300;
  const tokens = isGood && data && data['error'] === undefined ? tokensIn(data) : null;
  if (tokens) return { ok: true, ...tokens };
  return { ok: false, ...failureOf({ ...answer, data }, secrets) };
}

function tokensIn(data: Record<string, unknown>): Tokens | null {
  const accessToken = tokenIn(data, 'access_token');
  if (accessToken === null) return null;
  return {
    accessToken,
    refreshToken: tokenIn(data, 'refresh_token'),
    expiresInS: secondsIn(data['expires_in']) ?? lifeOfJwt(accessToken),
    idToken: tokenIn(data, 'id_token'),
    scope: typeof data['scope'] === 'string' ? data['scope'].slice(0, 2_000) : null,
  };
}

function tokenIn(data: Record<string, unknown>, name: string): string | null {
  const value = data[name];
  const isToken = typeof value === 'string' && value.length > 0 && value.length <= LONGEST_TOKEN;
  return isToken && !/\s/.test(value) ? value : null;
}

/** Ten years at most: more is a mistake of somebody's units. */
function secondsIn(value: unknown): number | null {
  const seconds = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0) return null;
  return Math.min(Math.floor(seconds), 315_360_000);
}

/** What a JWT says of its own life, by its issuer's clock; it is not checked, for it is only planned with. */
function lifeOfJwt(token: string): number | null {
  const payload = token.split('.')[1];
  if (payload === undefined) return null;
  const claims = parsed(Buffer.from(payload, 'base64url').toString('utf8'));
  const { exp, iat } = claims ?? {};
  return typeof exp === 'number' && typeof iat === 'number' ? secondsIn(exp - iat) : null;
}

function requestOf(client: TokenClient, grant: Grant) {
  const fields = fieldsOf(client, grant);
  const isJson = client.tokenFormat === 'json';
  return {
    headers: {
      accept: 'application/json',
      'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded',
      ...basicOf(client),
    },
    body: isJson ? JSON.stringify(fields) : new URLSearchParams(fields).toString(),
  };
}

/** RFC 6749, 2.3.1: both are form-encoded first. */
function basicOf({ clientId, clientSecret, tokenAuth }: TokenClient): { authorization?: string } {
  if (tokenAuth !== 'basic') return {};
  const encoded = (text: string) => new URLSearchParams([['', text]]).toString().slice(1);
  const pair = `${encoded(clientId)}:${encoded(clientSecret ?? '')}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function fieldsOf(client: TokenClient, grant: Grant): Record<string, string> {
  const { clientId, clientSecret, redirectUri, tokenAuth } = client;
  const own = {
    ...(tokenAuth !== 'basic' && { client_id: clientId }),
    ...(tokenAuth === 'post' && clientSecret !== null && { client_secret: clientSecret }),
  };
  switch (grant.type) {
    case 'refresh_token':
      return {
        ...own,
        grant_type: 'refresh_token',
        refresh_token: grant.refreshToken,
        ...(redirectUri && { redirect_uri: redirectUri }),
      };
    case 'authorization_code':
      return {
        ...own,
        grant_type: 'authorization_code',
        code: grant.code,
        ...(grant.redirectUri && { redirect_uri: grant.redirectUri }),
        ...(grant.verifier && { code_verifier: grant.verifier }),
      };
    case 'device_code':
      return {
        ...own,
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: grant.deviceCode,
      };
  }
}

function secretsOf({ clientSecret }: TokenClient, grant: Grant): string[] {
  const ofGrant = {
    refresh_token: () => ('refreshToken' in grant ? [grant.refreshToken] : []),
    authorization_code: () =>
      'code' in grant ? [grant.code, ...(grant.verifier ? [grant.verifier] : [])] : [],
    device_code: () => ('deviceCode' in grant ? [grant.deviceCode] : []),
  }[grant.type]();
  return [...ofGrant, ...(clientSecret ? [clientSecret] : [])];
}

async function readText(answer: OutboundAnswer): Promise<string> {
  const text = 'The token endpoint answered with far more than tokens.';
  const bytes = await readWhole(
    answer.body,
    MOST_BYTES,
    () => new AppError('upstream_failed', text),
  );
  return bytes.toString('utf8');
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === 'object' && data !== null && !Array.isArray(data)
      ? (data as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
