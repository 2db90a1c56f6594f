import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '#shared/errors.ts';
import type { Arrived, Known } from '../exchange.ts';

/** Finds out who asks. Throws AppError key_missing, key_invalid, user_disabled or user_silenced. */
export async function authenticate(arrived: Arrived): Promise<Known> {
  return Object.assign(arrived, { principal: await arrived.identify() });
}

/**
 * The one place where a credential is read from a request: every header in which a client of any
 * protocol sends its key, and for Gemini's clients the query parameter they may use instead.
 *
 * @throws AppError key_missing without one, key_invalid when two headers disagree: guessing which
 *   is meant would let a proxy's key stand in for the caller's.
 */
export function credentialOf(headers: IncomingHttpHeaders, queryKey?: string | null): string {
  const found = new Set<string>();
  const bearer = /^Bearer[ ]+(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1];
  for (const value of [bearer, headers['x-api-key'], headers['x-goog-api-key'], queryKey]) {
    if (typeof value === 'string' && value !== '') found.add(value);
  }
  const [key, other] = found;
  if (key === undefined) {
    throw new AppError(
      'key_missing',
      'No API key was sent. Send your Gatehouse key as "Authorization: Bearer gh-…".',
    );
  }
  if (other !== undefined) {
    throw new AppError('key_invalid', 'Two different API keys were sent. Send only one.');
  }
  return key;
}
