import { AppError } from '#shared/errors.ts';
import { modelListRequest, modelsIn } from '../../platforms/model-list.ts';
import { readRetryAfter } from '../../platforms/retry-after.ts';
import { ask, quoted, type Upstream, type UpstreamText } from './upstream.ts';

const MAX_BYTES = 4 * 1024 * 1024;

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
  const names = modelsIn(answer.data);
  if (!names) {
    const message = `${platform.name} answered the request for its model list with something else; check the base URL (it usually ends in /v1, Gemini's in /v1beta), or type the model names yourself.`;
    throw new AppError('upstream_failed', message);
  }
  return names;
}

/** The platform's answer to the request for its models, whatever it is. Throws like `ask`. */
export function askForModels(upstream: Upstream): Promise<UpstreamText> {
  return ask(upstream, modelListRequest(upstream.platform.endpoints[0].protocol), MAX_BYTES);
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
