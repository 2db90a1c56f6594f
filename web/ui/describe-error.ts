import i18next from 'i18next';
import { currentLanguage } from '../i18n/index.ts';
import type { ReadableError } from '../lib/errors.ts';
import { formatDuration } from '../lib/format.ts';

/** Those whose title and hint say all that the server's sentence, which is English, would. */
const SAID_BY_HINT: ReadonlySet<ReadableError['code']> = new Set([
  'sign_in_failed',
  'passkey_refused',
  'user_disabled',
  'user_pending',
  'sso_state_invalid',
  'sso_exchange_failed',
  'sso_user_info_failed',
  'step_up_needed',
]);

/** Whether the reader's language leaves nothing for the server's own sentence to say. */
function isSaid(code: ReadableError['code']): boolean {
  if (code === 'internal' || code === 'network') return true;
  return currentLanguage() !== 'en' && SAID_BY_HINT.has(code);
}

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
  const said = isSaid(error.code) ? '' : error.message;
  // The server's first sentence is sometimes the title itself.
  const detail = said.startsWith(`${title}.`) ? said.slice(title.length + 1).trim() : said;
  return { title, detail, hint };
}
