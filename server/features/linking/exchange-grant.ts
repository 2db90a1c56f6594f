import type { LinkProblem } from '#shared/schemas/linking.ts';
import type { Clock } from '../../infra/clock.ts';
import type { OpenedClient } from '../oauth-clients/index.ts';
import type { Exchange, TokenClient } from '../vault/index.ts';
import { plainWords } from './authorize.ts';
import type { HeldTokens } from './held-secret.ts';

type Grant = Parameters<Exchange>[1];
type Answer = Awaited<ReturnType<Exchange>>;
type Failure = Extract<Answer, { ok: false }>['failure'];

export type Exchanged =
  | { tokens: HeldTokens }
  | { problem: LinkProblem; detail: string }
  /** Of a device: nobody has said yes yet; `slower` = not so often. */
  | { later: true; slower: boolean; retryAfterMs: number | null };

const PROBLEMS: Readonly<Record<Exclude<Failure, 'pending' | 'slow_down'>, LinkProblem>> = {
  invalid: 'refused',
  reused: 'refused',
  revoked: 'refused',
  client: 'client',
  transient: 'unreachable',
  rate_limited: 'unreachable',
  proxy: 'unreachable',
  denied: 'denied',
  expired_code: 'expired',
};

/** Asks a client's token endpoint, and says what came in the words of a sign-in. */
export async function exchangeGrant(
  { exchange, clock }: { exchange: Exchange; clock: Pick<Clock, 'now'> },
  client: OpenedClient,
  grant: Grant,
): Promise<Exchanged> {
  const answer = await exchange(tokenClientOf(client), grant);
  if (!answer.ok) return failureOf(answer, grant.type === 'device_code');
  const { accessToken, expiresInS, idToken } = answer;
  const kept = grant.type === 'refresh_token' ? grant.refreshToken : null;
  const refreshToken = answer.refreshToken ?? kept;
  if (refreshToken === null) return { problem: 'no_refresh_token', detail: '' };
  const at = expiresInS === null ? null : new Date(clock.now() + expiresInS * 1_000);
  return {
    tokens: { accessToken, refreshToken, idToken, expiresAt: at?.toISOString() ?? null },
  };
}

function failureOf(answer: Extract<Answer, { ok: false }>, isDevice: boolean): Exchanged {
  const { failure, retryAfterMs, text } = answer;
  if (failure === 'pending' || failure === 'slow_down') {
    return { later: true, slower: failure === 'slow_down', retryAfterMs };
  }
  // A device's code is still good when the platform could not be asked (RFC 8628, 3.5).
  const isPassing = ['transient', 'rate_limited', 'proxy'].includes(failure);
  if (isDevice && isPassing) return { later: true, slower: true, retryAfterMs };
  return { problem: PROBLEMS[failure], detail: plainWords(text) };
}

function tokenClientOf({ clientId, secret, settings }: OpenedClient): TokenClient {
  const { redirectUri, tokenAuth, tokenEndpoint, tokenFormat } = settings;
  return {
    ...{ clientId, clientSecret: secret, tokenEndpoint, tokenFormat, tokenAuth },
    redirectUri: redirectUri || null,
  };
}
