import { AppError } from '#shared/errors.ts';
import { readRetryAfter } from '../../platforms/retry-after.ts';
import { ask, isRecord, quoted, type Upstream, type UpstreamText } from './upstream.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_MODELS = 5_000;
const LONGEST_NAME = 200;

/**
 * The models a platform offers to one account, sorted. Where a platform publishes no list, those that
 * its declaration names.
 * @throws AppError upstream_refused, upstream_rate_limited, upstream_failed, upstream_timeout,
 * outbound_refused; the message says what to do.
 */
export async function fetchModels(upstream: Upstream): Promise<string[]> {
  const { platform } = upstream;
  if (!platform.listsModels) return [...platform.models].sort();
  const answer = await askForModels(upstream);
  if (answer.status !== 200) throw refusal(platform.name, answer);
  const names = namesIn(answer.data);
  if (!names) {
    const message = `${platform.name} answered the request for its model list with something else; check the base URL (it usually ends in /v1), or type the model names yourself.`;
    throw new AppError('upstream_failed', message);
  }
  return names;
}

/** The platform's answer to `GET /models`, whatever it is. Throws like `ask`. */
export function askForModels(upstream: Upstream): Promise<UpstreamText> {
  return ask(upstream, { path: '/models' }, MAX_BYTES);
}

/** OpenAI's list; null when it is none. Entries a platform marks as shut down are left out. */
export function namesIn(data: unknown): string[] | null {
  const list = isRecord(data) ? data['data'] : data;
  if (!Array.isArray(list)) return null;
  const names = new Set<string>();
  for (const entry of list as unknown[]) {
    if (!isRecord(entry) || entry['status'] === 'Shutdown') continue;
    const name = entry['id'];
    if (typeof name !== 'string' || name === '' || name.length > LONGEST_NAME) continue;
    names.add(name);
    if (names.size === MAX_MODELS) break;
  }
  return [...names].sort();
}

function refusal(name: string, answer: UpstreamText): AppError {
  const why = quoted(answer);
  const after = readRetryAfter(answer.headers);
  switch (answer.status) {
    case 401:
    case 403:
      return new AppError('upstream_refused', `${name} refused the key (${answer.status}).${why}`);
    case 404:
    case 405:
      return new AppError(
        'upstream_refused',
        `${name} has no model list at this address; check the base URL, or type the model names yourself.`,
      );
    case 429:
      return new AppError(
        'upstream_rate_limited',
        `${name} limits requests now; try later.${why}`,
        {
          ...(after !== null && { retryAfterMs: after }),
        },
      );
    default:
      return new AppError('upstream_failed', `${name} answered ${answer.status}.${why}`);
  }
}
