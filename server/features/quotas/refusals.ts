import { AppError } from '#shared/errors.ts';
import type { QuotaLook, QuotaMetric, QuotaSubject } from '#shared/schemas/quotas.ts';

const SOON_MS = 1_000;

/** How a subject is called to whoever met its limit. Accounts are named to nobody: they may be another's. */
const SUBJECTS: Record<QuotaSubject, (id: string) => string> = {
  user: () => 'This user',
  'trust-level': (id) => `A person of trust level ${id}`,
  key: () => 'This key',
  model: (id) => `The model "${id}"`,
  account: () => 'An account behind this model',
  platform: (id) => `The platform "${id}"`,
  bot: () => 'This bot',
  'share-link': () => 'This share link',
};

const PERIODS: Record<QuotaMetric, string> = {
  'requests-per-minute': 'per minute',
  'tokens-per-minute': 'per minute',
  'tokens-per-day': 'per day',
  'tokens-per-month': 'per month',
  'cost-per-day': 'per day',
  'cost-per-month': 'per month',
  concurrency: 'at a time',
};

/**
 * Says which rule refused, what is used, reserved and asked, and when it starts anew, in the zone.
 * `looks` are all rules, one of them `decided`; `now` in epoch ms.
 */
export function refusal(looks: readonly QuotaLook[], now: number, zone: string): AppError {
  const look = looks.find(({ decided }) => decided);
  if (!look) return new AppError('internal', 'A limit refused without saying which.');
  const retryAfterMs = look.resetsAt === null ? SOON_MS : Math.max(0, look.resetsAt - now);
  const code =
    look.metric.endsWith('-minute') || look.metric === 'concurrency'
      ? 'rate_limited'
      : 'quota_exhausted';
  return new AppError(code, `${whatIsLeft(look)} ${whatToDo(look, now, zone)}`, {
    retryAfterMs,
    limits: looks,
  });
}

function whatIsLeft(look: QuotaLook): string {
  const { subject, id, metric, limit, used, held, asked } = look;
  const level = look.trustLevel === undefined ? '' : ` (trust level ${look.trustLevel})`;
  const who = `${SUBJECTS[subject](id)}${level}`;
  const rule = `${who} may ${verbOf(metric)} ${amount(metric, limit)} ${PERIODS[metric]}`;
  if (metric === 'concurrency') return `${rule}: ${held} are running.`;
  if (metric === 'requests-per-minute') return `${rule}: ${used} are made, and this is one more.`;
  const reserved = held > 0 ? ` and ${bare(metric, held)} are reserved by running requests` : '';
  return `${rule}: ${bare(metric, used)} are used${reserved}, and this request may need ${bare(metric, asked)}.`;
}

function whatToDo({ limit, asked, resetsAt, subject }: QuotaLook, now: number, zone: string) {
  if (limit === 0) return `Nothing is allowed: have the limit of the ${subject} raised.`;
  if (asked > limit) return 'Ask for fewer tokens (max_tokens) or have the limit raised.';
  if (resetsAt === null) return 'Try again when one of them has ended.';
  const left = resetsAt - now;
  const soon = left <= 120_000 ? ` (in ${Math.ceil(left / 1_000)} s)` : '';
  return `The limit resets at ${writeTime(resetsAt, zone)}${soon}.`;
}

function verbOf(metric: QuotaMetric): string {
  if (metric.startsWith('tokens')) return 'use';
  if (metric.startsWith('cost')) return 'spend';
  return metric === 'concurrency' ? 'have' : 'make';
}

function amount(metric: QuotaMetric, count: number): string {
  if (metric.startsWith('cost')) return dollars(count);
  const thing = metric.startsWith('tokens') ? 'token' : 'request';
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

function bare(metric: QuotaMetric, count: number): string {
  return metric.startsWith('cost') ? dollars(count) : String(count);
}

/** Micro-dollars in words, at least two decimals: `$1.50`, `$0.000123`. */
function dollars(micros: number): string {
  const text = (micros / 1_000_000).toFixed(6);
  return `$${text.replace(/0{1,4}$/, '')}`;
}

/** e.g. `2026-01-31 13:05:00 UTC`. */
export function writeTime(epochMs: number, zone: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  return `${format.format(epochMs)} ${zone}`;
}
