import type { AccountTest } from '#shared/schemas/accounts.ts';
import type { Outcome } from '../../gateway/ports.ts';
import type { Clock } from '../../infra/clock.ts';
import { maskError } from './account-secret.ts';
import { ask, errorText, isRecord, type Upstream, type UpstreamText } from './upstream.ts';
import { fetchModels } from './upstream-models.ts';

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
    const text = error instanceof Error ? error.message : String(error);
    verdict = { ok: false, message: text, outcome: 'failed' };
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
  const names = await fetchModels(upstream);
  const message =
    names.length > 0
      ? `The platform answered and lists ${names.length} models. Create a model with a route to it to test a chat.`
      : 'The platform answered, but lists no model for this key.';
  return { ok: true, message, outcome: 'ok' };
}

async function chatted(upstream: Upstream, model: string): Promise<Verdict> {
  const { name } = upstream.platform;
  const body = { model, messages: [{ role: 'user', content: 'Say only: ready' }] };
  const send = (limit: object) =>
    ask(upstream, { path: '/chat/completions', body: { ...body, ...limit } }, MAX_BYTES);
  let answer = await send({ max_tokens: 16 });
  // Newer models take the limit under its newer name only, and say so.
  if (answer.status === 400 && errorText(answer).includes('max_completion_tokens')) {
    answer = await send({ max_completion_tokens: 16 });
  }
  return answer.status === 200 ? answered(name, answer) : refused(upstream, model, answer);
}

function answered(name: string, answer: UpstreamText): Verdict {
  const message = messageIn(answer.data);
  if (!message) {
    const said = errorText(answer);
    const text = `${name} answered, but not with a chat message; check the base URL. It says: ${said}`;
    return { ok: false, message: text, outcome: 'failed' };
  }
  const content = typeof message['content'] === 'string' ? message['content'].trim() : '';
  const text =
    content === ''
      ? `${name} answered; the words were cut by the test's small limit, as with models that think first.`
      : content.slice(0, LONGEST_ANSWER);
  return { ok: true, message: text, outcome: 'ok' };
}

function messageIn(data: unknown): Record<string, unknown> | null {
  const choices = isRecord(data) ? data['choices'] : undefined;
  const first: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const message = isRecord(first) ? first['message'] : undefined;
  return isRecord(message) ? message : null;
}

function refused({ platform }: Upstream, model: string, answer: UpstreamText): Verdict {
  const { status } = answer;
  const said = errorText(answer);
  const why = said === '' ? '' : ` It says: ${said}`;
  const verdict = (message: string, outcome: Verdict['outcome']): Verdict => ({
    ok: false,
    message: message + why,
    outcome,
  });
  if (status === 401) {
    const where = platform.keyUrl ? ` Keys are made at ${platform.keyUrl}.` : '';
    return verdict(`${platform.name} refused the key; enter a valid one.${where}`, 'unauthorised');
  }
  if (status === 403) {
    return verdict(`The key works, but may not use ${model} on ${platform.name}.`, 'neutral');
  }
  if (status === 404) {
    return verdict(
      `${platform.name} does not know the model ${model}, or not for this key.`,
      'neutral',
    );
  }
  if (status === 402)
    return verdict(`The account's credit at ${platform.name} is used up.`, 'failed');
  if (status === 429) {
    const retryAfterMs = retryAfter(answer);
    return verdict(`${platform.name} limits requests now; try later.`, { retryAfterMs });
  }
  if (status >= 500)
    return verdict(`${platform.name} has a problem (${status}); try later.`, 'failed');
  return verdict(`${platform.name} refused the test request (${status}).`, 'neutral');
}

function retryAfter({ headers }: UpstreamText): number | null {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.round(seconds * 1000) : null;
}
