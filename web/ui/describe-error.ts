import type { TFunction } from 'i18next';
import type { ReadableError } from '../lib/errors.ts';
import { formatDuration } from '../lib/format.ts';

/** A translator that knows the two namespaces an error speaks in. */
export type ErrorTranslator = TFunction<readonly ['common', 'errors']>;

/** What happened, and what to do next, in the reader's language; `detail` is the server's sentence. */
export function describeError(
  error: ReadableError,
  t: ErrorTranslator,
): { title: string; detail: string; hint: string } {
  const hint =
    error.retryAfterMs !== null
      ? t('errors:retryIn', { time: formatDuration(error.retryAfterMs) })
      : t(`errors:${error.code}.hint`);
  // The server's sentence already says what to do next; 5xx ones are the same for every cause.
  const detail = error.code === 'internal' || error.code === 'network' ? '' : error.message;
  return { title: t(`errors:${error.code}.title`), detail, hint };
}
