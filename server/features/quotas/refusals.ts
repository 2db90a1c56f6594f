import { AppError } from '#shared/errors.ts';
import { DAY_MS, MINUTE_MS } from './counters.ts';

type Subject = 'user' | 'key';

/** The limit of requests a minute is reached. `now` in epoch ms. */
export function tooManyRequests(subject: Subject, rpm: number, now: number): AppError {
  const reset = (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS;
  return new AppError(
    'rate_limited',
    `This ${subject} may make ${counted(rpm, 'request')} per minute and has made them. The limit resets at ${time(reset)} (in ${Math.ceil((reset - now) / 1_000)} s).`,
    { retryAfterMs: reset - now },
  );
}

export type TokenNeed = { limit: number; used: number; held: number; asked: number };

/** The tokens of the day do not suffice. `now` in epoch ms. */
export function tooManyTokens(subject: Subject, need: TokenNeed, now: number): AppError {
  const { limit, used, held, asked } = need;
  const reset = (Math.floor(now / DAY_MS) + 1) * DAY_MS;
  const reserved = held > 0 ? ` and ${held} are reserved by running requests` : '';
  const advice =
    asked > limit
      ? 'Ask for fewer tokens (max_tokens) or have the limit raised.'
      : `The limit resets at ${time(reset)}.`;
  return new AppError(
    'quota_exhausted',
    `This ${subject} may use ${counted(limit, 'token')} per day: ${used} are used${reserved}, and this request may need ${asked}. ${advice}`,
    { retryAfterMs: reset - now },
  );
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** e.g. `2026-01-31 13:05:00 UTC`. */
function time(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
