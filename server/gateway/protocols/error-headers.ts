import type { AppError } from '#shared/errors.ts';

/** Headers that go with an error before the first byte, whatever the protocol. */
export function errorHeaders(error: AppError): Record<string, string> {
  const headers: Record<string, string> = {};
  if (error.retryAfterMs !== undefined) {
    headers['retry-after'] = String(Math.ceil(error.retryAfterMs / 1000));
  }
  // NOTE: official clients retry 429 by themselves, which is of no use until the day is over.
  if (error.code === 'quota_exhausted') headers['x-should-retry'] = 'false';
  return headers;
}
