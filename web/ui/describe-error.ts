import i18next from 'i18next';
import type { ReadableError } from '../lib/errors.ts';
import { formatDuration } from '../lib/format.ts';

/** What happened, and what to do next, in the reader's language; `detail` is the server's sentence. */
export function describeError(error: ReadableError): {
  title: string;
  detail: string;
  hint: string;
} {
  const hint =
    error.retryAfterMs !== null
      ? i18next.t('errors:retryIn', { time: formatDuration(error.retryAfterMs) })
      : i18next.t(`errors:${error.code}.hint`);
  // The server's sentence already says what to do next; 5xx ones are the same for every cause.
  const detail = error.code === 'internal' || error.code === 'network' ? '' : error.message;
  return { title: i18next.t(`errors:${error.code}.title`), detail, hint };
}
