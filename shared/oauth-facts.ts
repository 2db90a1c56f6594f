import type { OAuthFields } from './schemas/oauth-clients.ts';
import { valueAt } from './sso-claims.ts';

/** What a platform tells of an account. */
export type OAuthFacts = {
  /** Its id there; null = it told none. */
  subject: string | null;
  /** Lower case; null = none was told. */
  email: string | null;
  userName: string;
  plan: string;
  /** Until when the plan is paid for. */
  planEnds: Date | null;
};

/** What was told where; undefined = that was not asked, or did not answer. */
export type OAuthSources = { account?: unknown; user?: unknown; idToken?: unknown };

const LONGEST = 300;

/** Reads facts of an account. Whatever a platform sends, the result is facts, if perhaps empty ones. */
export function oauthFactsOf(fields: OAuthFields, sources: OAuthSources): OAuthFacts {
  const { account, idToken, user } = sources;
  const read = (field: keyof OAuthFields) =>
    [account, user, idToken]
      .map((source) => valueAt(source, fields[field]))
      .find((value) => value !== undefined && value !== null && value !== '');
  const email = textOf(read('email')).toLowerCase();
  return {
    subject: textOf(read('subject')) || null,
    email: /^[^\s@]+@[^\s@]+$/.test(email) ? email : null,
    userName: textOf(read('userName')),
    plan: textOf(read('plan')),
    planEnds: timeOf(read('planEnds')),
  };
}

function textOf(value: unknown): string {
  if (Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'string') return '';
  return value
    .replace(/\p{Cc}/gu, '')
    .trim()
    .slice(0, LONGEST);
}

/** ISO 8601, or seconds since 1970; what is later than the year 2286 is milliseconds. */
function timeOf(value: unknown): Date | null {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  const at =
    typeof number === 'number'
      ? new Date(number >= 1e10 ? number : number * 1_000)
      : new Date(typeof value === 'string' ? value : Number.NaN);
  const year = Number.isNaN(at.getTime()) ? 0 : at.getUTCFullYear();
  return year >= 1970 && year <= 9999 ? at : null;
}
