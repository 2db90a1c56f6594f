import { scrubText } from '../infra/log-redact.ts';

const LONGEST_ERROR = 500;

/** A platform's words, fit to be stored and shown: without the key it may repeat, and short. */
export function maskError(text: string, key: string | null): string {
  const without = key ? text.replaceAll(key, '…') : text;
  return scrubText(without).slice(0, LONGEST_ERROR);
}

/** The same where it must say something: platforms send errors with a blank text too. */
export function maskedReason(text: string, key: string | null): string {
  return maskError(text.trim(), key) || 'The platform gave no reason.';
}
