import { toAppError } from '#shared/errors.ts';
import type { AccountTest } from '#shared/schemas/accounts.ts';
import type { Outcome } from '../../gateway/ports.ts';
import type { Clock } from '../../infra/clock.ts';
import { maskError } from '../../platforms/mask-error.ts';
import { modelsIn } from '../../platforms/model-list.ts';
import { readRetryAfter } from '../../platforms/retry-after.ts';
import { chat, type TestChat, testChat } from './test-chat.ts';
import { ask, quoted, type Upstream, type UpstreamText } from './upstream.ts';
import { askForModels } from './upstream-models.ts';

const MAX_BYTES = 256 * 1024;
const LONGEST_ANSWER = 120;

export type Tested = { result: AccountTest; outcome: Outcome };

/**
 * A short real request with an account: a chat with `model`, or, where none is known, the model list.
 * Failures are results in words a person understands, never errors; `outcome` is the same for the pool.
 */
export async function testCall(
  upstream: Upstream,
  model: string | null,
  clock: Pick<Clock, 'now'>,
): Promise<Tested> {
  const startedAt = clock.now();
  let verdict: Verdict;
  try {
    verdict = model === null ? await listed(upstream) : await chatted(upstream, model);
  } catch (error) {
    verdict = { ok: false, message: toAppError(error).message, outcome: 'failed' };
  }
  const message = maskError(verdict.message, upstream.secret);
  return {
    result: { ok: verdict.ok, latencyMs: clock.now() - startedAt, model, message },
    outcome: outcomeOf(verdict, message),
  };
}

type Verdict = {
  ok: boolean;
  message: string;
  outcome: Exclude<Outcome['kind'], 'rate_limited'> | { retryAfterMs: number | null };
};

function outcomeOf({ outcome }: Verdict, message: string): Outcome {
  if (typeof outcome === 'object') return { kind: 'rate_limited', ...outcome, message };
  if (outcome === 'ok' || outcome === 'neutral') return { kind: outcome };
  return { kind: outcome, message };
}

async function listed(upstream: Upstream): Promise<Verdict> {
  const { name } = upstream.platform;
  const answer = await askForModels(upstream);
  if (answer.status === 404) {
    const message = `${name} answered, but has no model list; create a model with a route to it to test a chat.`;
    return { ok: false, message, outcome: 'neutral' };
  }
  if (answer.status !== 200) return refused(upstream, 'its model list', answer);
  const names = modelsIn(answer.data);
  if (!names) return oddAnswer(name, 'a model list', answer);
  const message = `${name} answered and lists ${names.length} models; create a model with a route to it to test a chat.`;
  return { ok: true, message, outcome: 'ok' };
}

async function chatted(upstream: Upstream, model: string): Promise<Verdict> {
  const { endpoints, quirks } = upstream.platform;
  const { protocol } = endpoints[0];
  let test = testChat(protocol, model, quirks?.(model) ?? {});
  let answer = await ask(upstream, test, MAX_BYTES);
  // Newer models take the limit under its newer name only, and say so.
  if (
    protocol === 'openai-chat' &&
    answer.status === 400 &&
    answer.said.includes('max_completion_tokens')
  ) {
    test = chat(model, 'max_completion_tokens');
    answer = await ask(upstream, test, MAX_BYTES);
  }
  return answer.status === 200
    ? answered(upstream.platform.name, test, answer)
    : refused(upstream, `the model ${model}`, answer);
}

function answered(name: string, test: TestChat, answer: UpstreamText): Verdict {
  const content = test.textIn(answer.data);
  if (content === null) return oddAnswer(name, 'a chat message', answer);
  const text =
    content === ''
      ? `${name} answered; the words were cut by the test's small limit, as with models that think first.`
      : content.slice(0, LONGEST_ANSWER);
  return { ok: true, message: text, outcome: 'ok' };
}

function oddAnswer(name: string, wanted: string, answer: UpstreamText): Verdict {
  const message = `${name} answered, but not with ${wanted}; check the base URL.${quoted(answer)}`;
  return { ok: false, message, outcome: 'failed' };
}

/** What a status says about the key; `wanted` is the model, or what else was asked for. */
function refused({ platform }: Upstream, wanted: string, answer: UpstreamText): Verdict {
  const { name, keyUrl } = platform;
  const { status } = answer;
  const verdict = (message: string, outcome: Verdict['outcome']): Verdict => ({
    ok: false,
    message: message + quoted(answer),
    outcome,
  });
  switch (status) {
    case 401: {
      const where = keyUrl ? ` Keys are made at ${keyUrl}.` : '';
      return verdict(`${name} refused the key; enter a valid one.${where}`, 'unauthorised');
    }
    case 402:
      return verdict(`The account's credit at ${name} is used up.`, 'failed');
    case 403:
      return verdict(`${name} knows the key, but it may not use ${wanted}.`, 'neutral');
    case 404:
      return verdict(`${name} does not know ${wanted}, or not for this key.`, 'neutral');
    case 429: {
      const rest = { retryAfterMs: readRetryAfter(answer.headers) };
      return verdict(`${name} limits requests now; try later.`, rest);
    }
    default:
      return status >= 500
        ? verdict(`${name} has a problem (${status}); try later.`, 'failed')
        : verdict(`${name} refused the test request (${status}).`, 'neutral');
  }
}
