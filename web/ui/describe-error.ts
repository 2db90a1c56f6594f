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
  const title = i18next.t(`errors:${error.code}.title`);
  // 5xx sentences are the same for every cause, and the hint says as much.
  const said = error.code === 'internal' || error.code === 'network' ? '' : error.message;
  // The server's first sentence is sometimes the title itself.
  const detail = said.startsWith(`${title}.`) ? said.slice(title.length + 1).trim() : said;
  return { title, detail, hint };
}
