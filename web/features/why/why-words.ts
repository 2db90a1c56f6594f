import type { TFunction } from 'i18next';
import type { WhyTrace } from '#shared/schemas/why.ts';
import type { Texts } from '../../i18n/en/index.ts';
import { formatMicros, formatNumber } from '../../lib/format.ts';

type Translator = TFunction<'why'>;
type Words = Texts['why'];
export type WhyLimit = WhyTrace['limits'][number];

const METRICS = new Set<string>([
  'requests-per-minute',
  'tokens-per-minute',
  'tokens-per-day',
  'tokens-per-month',
  'cost-per-day',
  'cost-per-month',
  'concurrency',
] satisfies (keyof Words['metrics'])[]);

const REASONS = new Set<string>([
  'cooling',
  'exhausted',
  'expired',
  'busy',
  'terms',
  'credit',
  'quota',
  'unfit',
] satisfies (keyof Words['reasons'])[]);

const OUTCOMES = new Set<string>([
  'ok',
  'neutral',
  'refused',
  'unauthorised',
  'rate_limited',
  'failed',
] satisfies (keyof Words['outcomes'])[]);

const isMetric = (word: string): word is keyof Words['metrics'] => METRICS.has(word);
const isReason = (word: string): word is keyof Words['reasons'] => REASONS.has(word);
const isOutcome = (word: string): word is keyof Words['outcomes'] => OUTCOMES.has(word);

/** An amount of what a limit counts: money for costs, else a number. */
export function amountText(metric: string, amount: number): string {
  return metric.startsWith('cost-') ? formatMicros(amount) : formatNumber(amount);
}

/** “requests a minute” */
export function metricText(t: Translator, metric: string): string {
  return isMetric(metric) ? t(`metrics.${metric}`) : metric;
}

/** “The limit of the API key” */
export function subjectText(t: Translator, { name, subject, trustLevel }: WhyLimit): string {
  if (trustLevel !== undefined) return t('subjects.trustLevel', { level: trustLevel });
  switch (subject) {
    case 'user':
    case 'key':
    case 'bot':
    case 'share-link':
      return t(`subjects.${subject}`);
    case 'model':
    case 'platform':
      return t(`subjects.${subject}`, { name: name ?? '' });
    case 'account':
      return name === null ? t('subjects.account') : t('subjects.accountNamed', { name });
    default:
      return t('subjects.other');
  }
}

/** Why one account was left out. */
export function reasonText(t: Translator, reason: string): string {
  return isReason(reason) ? t(`reasons.${reason}`) : reason;
}

/** “2 accounts were resting” */
export function skipsText(t: Translator, reason: string, count: number): string {
  return isReason(reason) ? t(`skips.${reason}`, { count }) : t('skips.other', { reason, count });
}

/** How an attempt ended; the server's own word for what this page does not know. */
export function attemptText(t: Translator, outcome: string): string {
  return isOutcome(outcome) ? t(`outcomes.${outcome}`) : outcome;
}
