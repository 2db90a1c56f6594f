import type { FailureKind, Judgement, Platform, UpstreamFailure } from './platform.ts';
import { readLimits, readReset } from './reported-limits.ts';
import { readRetryAfter } from './retry-after.ts';

/** What a refusal says about the account, with when it may be asked again. */
export type Judged = Required<Judgement>;

/** Codes that platforms share, most of them OpenAI's: https://platform.openai.com/docs/guides/error-codes */
const CODES: Readonly<Record<string, FailureKind>> = {
  insufficient_quota: 'quota',
  billing_hard_limit_reached: 'quota',
  billing_not_active: 'quota',
  billing_error: 'quota',
  insufficient_balance: 'quota',
  account_deactivated: 'forbidden',
  account_suspended: 'forbidden',
  unsupported_country_region_territory: 'forbidden',
  invalid_api_key: 'credential',
  authentication_error: 'credential',
  rate_limit_exceeded: 'burst',
  rate_limit_error: 'burst',
  overloaded_error: 'server',
};

/**
 * Words at the beginning of a message, never within: further on a platform may repeat what a request said, and no request may switch an account off.
 */
const QUOTA_WORDS =
  /^(you exceeded your current quota|your credit balance is too low|insufficient (balance|quota|credits?)|quota exceeded|(your )?account balance is insufficient|余额不足|账户余额不足)/i;
const BARRED_WORDS =
  /^(this organization has been disabled|your (account|organization) (has been|is) (disabled|suspended|deactivated|banned|blocked))/i;
const DAILY_WORDS = /\b(requests|tokens) per day\b|\b[RT]PD\b|\bdaily (limit|quota)\b/i;

/**
 * What a platform's refusal says about the account: by the platform's own declaration, else by codes
 * that platforms share, the status, and the first words.
 */
export function judgeFailure(
  platform: Pick<Platform, 'classify'> | undefined,
  failure: UpstreamFailure,
  now: number,
): Judged {
  const own = platform?.classify?.(failure, now) ?? null;
  const judgement: Judgement =
    typeof own === 'string' ? { kind: own } : (own ?? byDefault(failure));
  return {
    kind: judgement.kind,
    scope: judgement.scope ?? 'account',
    returnsAt: judgement.returnsAt ?? returnOf(failure, now),
  };
}

function byDefault({ codes, message, status }: UpstreamFailure): Judgement {
  const known = codes.map((code) => CODES[code]).find((kind) => kind !== undefined);
  if (status === 401) return { kind: known === 'forbidden' ? known : 'credential' };
  if (status === 402) return { kind: 'quota' };
  if (status === 429) return limited(known, message);
  if (status >= 500 || status < 400 || status === 408) return { kind: known ?? 'server' };
  if (known && known !== 'burst') return { kind: known };
  if (QUOTA_WORDS.test(message)) return { kind: 'quota' };
  // NOTE: any other 403 is often one model or region that this account may not use; it serves others well.
  return { kind: BARRED_WORDS.test(message) ? 'forbidden' : 'request' };
}

function limited(known: FailureKind | undefined, message: string): Judgement {
  if (known && known !== 'burst') return { kind: known };
  if (QUOTA_WORDS.test(message)) return { kind: 'quota' };
  // Limits of a day are a model's own wherever they are told apart.
  if (DAILY_WORDS.test(message)) return { kind: 'quota', scope: 'model' };
  return { kind: 'burst' };
}

const LONGEST_RETRY_MS = 86_400_000;

/** What the headers say: when to ask again, or when what is used up starts anew. */
function returnOf({ headers }: UpstreamFailure, now: number): number | null {
  const precise = headers['retry-after-ms'];
  if (typeof precise === 'string' && /^\d{1,12}$/.test(precise)) {
    return now + Math.min(Number(precise), LONGEST_RETRY_MS);
  }
  const waitMs = readRetryAfter(headers);
  if (waitMs !== null) return now + waitMs;
  const after = headers['retry-after'];
  const asked = typeof after === 'string' ? readReset(after, now) : null;
  if (asked !== null) return Math.min(asked, now + LONGEST_RETRY_MS);
  const limits = readLimits(headers, now);
  return limits?.remaining === 0 ? limits.resetAt : null;
}

const MOST_CODES = 12;

/** The codes of an error body, wherever platforms put them: as text, outermost first. */
export function codesIn(body: unknown): string[] {
  const codes: string[] = [];
  collect(Array.isArray(body) ? body[0] : body, codes);
  return codes.slice(0, MOST_CODES);
}

const CODE_NAMES = ['code', 'type', 'status', 'error_code'];

function collect(value: unknown, codes: string[], depth = 0): void {
  if (typeof value !== 'object' || value === null || depth > 2) return;
  const members = value as Record<string, unknown>;
  for (const name of CODE_NAMES) {
    const code = members[name];
    if (typeof code === 'string' || typeof code === 'number') codes.push(String(code));
  }
  collect(members['error'], codes, depth + 1);
  collect(members['header'], codes, depth + 1);
}
