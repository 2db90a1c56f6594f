import type { Pool } from 'pg';
import { AppError } from '#shared/errors.ts';
import { OAuthFields } from '#shared/schemas/oauth-clients.ts';
import type { Outbound } from '../../infra/outbound/index.ts';

const MOST_BYTES = 256 * 1024;
const TIMEOUT_MS = 15_000;
const LONGEST_VALUE = 500;
const DEEPEST = 8;
const MOST_MEMBERS = 500;

export type Told = { user?: unknown; account?: unknown };

/**
 * Asks what a platform tells of the person or the account of an access token, without whatever looks
 * like a token. Throws AppError bad_request where the client has no such endpoint, and upstream_failed.
 */
export async function askInfo(
  via: Pick<Outbound, 'request' | 'json'>,
  endpoint: string | null,
  accessToken: string,
): Promise<unknown> {
  if (!endpoint) {
    throw new AppError(
      'bad_request',
      'Its OAuth client has no such endpoint; enter it there first.',
    );
  }
  const { status, data } = await via.json(endpoint, {
    headers: { accept: 'application/json', authorization: `Bearer ${accessToken}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    maxBytes: MOST_BYTES,
  });
  if (status < 200 || status > 299) {
    throw new AppError('upstream_failed', `The platform answered ${status} when asked who it is.`);
  }
  return withoutTokens(data);
}

const SECRET_NAME = /token|secret|password|cookie|authorization|jwt|credential/i;

/** A copy of JSON without members that are named or look like secrets, bounded in depth and size. */
export function withoutTokens(data: unknown): unknown {
  let left = MOST_MEMBERS;
  const copy = (value: unknown, depth: number): unknown => {
    left -= 1;
    if (left < 0 || depth > DEEPEST) return null;
    if (typeof value === 'string')
      return looksSecret(value) ? '***' : storable(value, LONGEST_VALUE);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.slice(0, 50).map((one) => copy(one, depth + 1));
    return Object.fromEntries(
      Object.entries(value)
        .slice(0, MOST_MEMBERS)
        .filter(([name]) => !SECRET_NAME.test(name))
        .map(([name, one]) => [storable(name, LONGEST_VALUE), copy(one, depth + 1)]),
    );
  };
  return copy(data, 0);
}

/** PostgreSQL has no place for U+0000, nor for the half of a character, which a cut may leave. */
function storable(text: string, most: number): string {
  return text.replaceAll('\0', '').slice(0, most).toWellFormed();
}

/** Forty characters without a space are no name; addresses of pictures and the like are let through. */
function looksSecret(text: string): boolean {
  return /^[\w\-+/=.~]{40,}$/.test(text) && !/^https?:/.test(text);
}

/** The text at a dotted path, or null. */
export function textAt(data: unknown, path: string): string | null {
  if (path === '') return null;
  let at: unknown = data;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return null;
    at = (at as Record<string, unknown>)[name];
  }
  if (typeof at === 'number') return String(at);
  return typeof at === 'string' && at !== '' ? storable(at, 320) : null;
}

/** Where in both answers the columns stand; the account's answer is looked at first. */
export function factsIn(told: Told, fields: unknown) {
  const paths = OAuthFields.catch(OAuthFields.parse({})).parse(fields ?? {});
  const at = (path: string) => textAt(told.account, path) ?? textAt(told.user, path);
  return {
    subject: at(paths.subject),
    email: at(paths.email),
    userName: at(paths.userName),
    plan: at(paths.plan),
  };
}

/** Writes what was told; what was not told stays as it is. */
export async function writeInfo(
  pool: Pick<Pool, 'query'>,
  accountId: string,
  told: Told,
  facts: ReturnType<typeof factsIn>,
): Promise<void> {
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
  await pool.query({
    name: 'vault_write_info',
    text: `UPDATE vault_tokens SET user_info = COALESCE($2::jsonb, user_info),
             account_info = COALESCE($3::jsonb, account_info), subject = COALESCE($4, subject),
             email = COALESCE($5, email), user_name = COALESCE($6, user_name),
             plan = COALESCE($7, plan)
           WHERE account_id = $1`,
    values: [
      ...[accountId, json(told.user), json(told.account)],
      ...[facts.subject, facts.email, facts.userName, facts.plan],
    ],
  });
}
