import type { UpstreamAnswer } from './platform.ts';

/** What a platform says is left of an account's limits, by the scarcest of them. */
export type ReportedLimits = {
  /** 0 to 1. */
  remaining: number;
  /** Epoch ms at which that one starts anew; null = unknown. */
  resetAt: number | null;
};

type Headers = UpstreamAnswer['headers'];
type Names = { limit: string; remaining: string; reset: string };

const named = (name: (part: keyof Names) => string): Names => ({
  limit: name('limit'),
  remaining: name('remaining'),
  reset: name('reset'),
});

/**
 * By the platform: OpenAI and those like it (https://platform.openai.com/docs/guides/rate-limits),
 * Baidu the same without a reset (https://cloud.baidu.com/doc/WENXINWORKSHOP/s/cm79w0mjf), Anthropic
 * (https://platform.claude.com/docs/en/api/rate-limits#response-headers), OpenRouter
 * (https://openrouter.ai/docs/api-reference/limits), and the draft of the IETF
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/).
 */
const FAMILIES: readonly Names[] = [
  named((part) => `x-ratelimit-${part}-requests`),
  named((part) => `x-ratelimit-${part}-tokens`),
  named((part) => `anthropic-ratelimit-requests-${part}`),
  named((part) => `anthropic-ratelimit-tokens-${part}`),
  named((part) => `anthropic-ratelimit-input-tokens-${part}`),
  named((part) => `anthropic-ratelimit-output-tokens-${part}`),
  named((part) => `x-ratelimit-${part}`),
  named((part) => `ratelimit-${part}`),
];

/** A year: what lies beyond is no reset but a mistake. */
const FARTHEST_MS = 366 * 86_400_000;

/** The scarcest limit that an answer's headers tell of; null when they tell of none. `now` is epoch ms. */
export function readLimits(headers: Headers, now: number): ReportedLimits | null {
  let scarcest: ReportedLimits | null = null;
  for (const names of FAMILIES) {
    const found = readFamily(headers, names, now);
    if (found && (scarcest === null || isScarcer(found, scarcest))) scarcest = found;
  }
  return scarcest;
}

/** Of two that are used up the later one counts. */
function isScarcer(a: ReportedLimits, b: ReportedLimits): boolean {
  if (a.remaining !== b.remaining) return a.remaining < b.remaining;
  return (a.resetAt ?? 0) > (b.resetAt ?? 0);
}

function readFamily(headers: Headers, names: Names, now: number): ReportedLimits | null {
  const remaining = amount(headers[names.remaining]);
  if (remaining === null || remaining < 0) return null;
  const limit = amount(headers[names.limit]);
  // NOTE: Azure says -1 of -1 where there is no limit.
  if (limit !== null && limit <= 0) return null;
  if (limit === null && remaining > 0) return null;
  const reset = headers[names.reset];
  return {
    remaining: limit === null ? 0 : Math.min(1, remaining / limit),
    resetAt: typeof reset === 'string' ? readReset(reset, now) : null,
  };
}

function amount(text: string | string[] | undefined): number | null {
  return typeof text === 'string' && /^-?\d{1,15}(\.\d{1,9})?$/.test(text) ? Number(text) : null;
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const DURATION = /^(\d{1,9}(\.\d{1,9})?(ns|us|µs|ms|s|m|h|d)){1,8}$/;
const PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g;

/**
 * A moment as platforms write it, in epoch ms: a duration like `6m0s` or `12ms`, seconds from now,
 * epoch seconds or milliseconds, or a date (RFC 3339 or HTTP's). Null when it is none of them or lies more than a year ahead.
 */
export function readReset(text: string, now: number): number | null {
  const at = momentOf(text.trim(), now);
  return at === null || !Number.isFinite(at) || at > now + FARTHEST_MS ? null : Math.round(at);
}

function momentOf(text: string, now: number): number | null {
  if (DURATION.test(text)) {
    let ms = 0;
    for (const [, count, unit = ''] of text.matchAll(PART))
      ms += Number(count) * (UNITS[unit] ?? 0);
    return now + ms;
  }
  const plain = amount(text);
  if (plain !== null) {
    if (plain < 0) return null;
    if (plain >= 1e12) return plain;
    return plain >= 1e9 ? plain * 1_000 : now + plain * 1_000;
  }
  // Nothing but dates: Date.parse would read much more.
  if (!/^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} )/.test(text)) {
    return null;
  }
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : date;
}
