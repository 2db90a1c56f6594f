import type { IncomingHttpHeaders } from 'node:http';
import { readRetryAfter } from '../../platforms/retry-after.ts';
import { masked } from './token-mask.ts';
import type { RefreshFailure } from './vault.types.ts';

/** Besides what may come of a refresh, the ways a device's sign-in is not ready yet or never will be. */
export type AnswerFailure = {
  failure: RefreshFailure | 'pending' | 'slow_down' | 'denied' | 'expired_code';
  /** The endpoint's own code, e.g. `invalid_grant`; null = it named none. */
  code: string | null;
  /** For a person, without any token. */
  text: string;
  /** When it wants to be asked again. */
  retryAfterMs: number | null;
};

type Told = {
  status: number;
  headers: Readonly<IncomingHttpHeaders>;
  data: Record<string, unknown> | null;
};

const LONGEST_TEXT = 300;
const LONGEST_SAID = 4_000;
const LONGEST_TOKEN = 16_384;

/**
 * Codes that say what they mean by themselves: those of RFC 6749 (5.2), RFC 8628 (3.5), and names that
 * issuers of rotating tokens give to what became of one.
 */
const BY_CODE: Readonly<Record<string, AnswerFailure['failure']>> = {
  refresh_token_reused: 'reused',
  token_reused: 'reused',
  refresh_token_already_used: 'reused',
  refresh_token_invalidated: 'revoked',
  refresh_token_revoked: 'revoked',
  token_revoked: 'revoked',
  app_session_terminated: 'revoked',
  session_terminated: 'revoked',
  refresh_token_expired: 'invalid',
  token_expired: 'invalid',
  invalid_refresh_token: 'invalid',
  refresh_token_not_found: 'invalid',
  invalid_client: 'client',
  unauthorized_client: 'client',
  unsupported_grant_type: 'client',
  invalid_scope: 'client',
  invalid_request: 'client',
  invalid_target: 'client',
  temporarily_unavailable: 'transient',
  server_error: 'transient',
  rate_limit_exceeded: 'rate_limited',
  authorization_pending: 'pending',
  slow_down: 'slow_down',
  access_denied: 'denied',
  expired_token: 'expired_code',
};

/** What an answer without tokens means. */
export function failureOf(told: Told, secrets: readonly string[]): AnswerFailure {
  const { code, said } = saidIn(told.data);
  const retryAfterMs = readRetryAfter(told.headers);
  const failure = classOf(told, code, said);
  const hidden = [...secrets, ...tokensOf(told.data)];
  // A platform may well give the token for a code.
  const shown = code !== null && masked(code, hidden) === code ? code : null;
  return {
    ...{ failure, retryAfterMs, code: shown },
    text: textOf(told, shown, masked(said, hidden)),
  };
}

/** Tokens that come along with a failure are nobody's, and still good perhaps. */
function tokensOf(data: Told['data']): string[] {
  return ['access_token', 'refresh_token', 'id_token'].flatMap((name) => {
    const token = data?.[name];
    return typeof token === 'string' ? [token.slice(0, LONGEST_TOKEN)] : [];
  });
}

function classOf({ status, data }: Told, code: string | null, said: string) {
  if (status === 429) return code === 'slow_down' ? 'slow_down' : 'rate_limited';
  if (status >= 500 || data === null || code === null) return 'transient';
  if (code === 'invalid_grant') return ofGrant(said);
  return BY_CODE[code] ?? 'transient';
}

/** `invalid_grant` is all of it; many issuers tell in words which. */
function ofGrant(said: string): RefreshFailure {
  if (/reus|already (been )?(used|redeemed)|used more than once|rotated/i.test(said))
    return 'reused';
  if (/revok|terminat|invalidated|(log|sign)ged?[- ]?out|deactivated/i.test(said)) return 'revoked';
  return 'invalid';
}

/** `{error, error_description}`, or `{error: {code, message}}`. */
function saidIn(data: Record<string, unknown> | null): { code: string | null; said: string } {
  const error = data?.['error'];
  if (typeof error === 'object' && error !== null) {
    const { code, type, message } = error as Record<string, unknown>;
    return { code: codeIn(code) ?? codeIn(type), said: textIn(message) };
  }
  const said = textIn(data?.['error_description']) || textIn(data?.['message']);
  return { code: codeIn(error) ?? codeIn(data?.['code']), said };
}

function codeIn(value: unknown): string | null {
  return typeof value === 'string' && /^[\w.:/-]{1,80}$/.test(value) ? value : null;
}

function textIn(value: unknown): string {
  if (typeof value !== 'string') return '';
  // Far more than is told in the end: half a token at the cut is masked like a whole one.
  return value
    .slice(0, LONGEST_SAID)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
}

function textOf({ status, data }: Told, code: string | null, said: string): string {
  if (data === null) {
    return `The token endpoint answered ${status} with something that is not JSON.`;
  }
  if (code === null && said === '') return `The token endpoint answered ${status} without a token.`;
  const words = [code, said].filter(Boolean).join(': ');
  return words.slice(0, LONGEST_TEXT);
}
