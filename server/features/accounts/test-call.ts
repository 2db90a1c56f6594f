import { toAppError } from '#shared/errors.ts';
import type { AccountTest } from '#shared/schemas/accounts.ts';
import type { Outcome } from '../../gateway/ports.ts';
import type { Clock } from '../../infra/clock.ts';
import { codesIn, type Judged, judgeFailure } from '../../platforms/judge-failure.ts';
import { maskError } from '../../platforms/mask-error.ts';
import { modelsIn } from '../../platforms/model-list.ts';
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
    verdict =
      model === null ? await listed(upstream, clock) : await chatted(upstream, model, clock);
  } catch (error) {
    verdict = { ok: false, message: toAppError(error).message, outcome: 'network' };
  }
  const message = maskError(verdict.message, upstream.secret);
  return {
    result: { ok: verdict.ok, latencyMs: clock.now() - startedAt, model, message },
    outcome: outcomeOf(verdict, message),
  };
}

type Verdict = { ok: boolean; message: string; outcome: 'ok' | 'neutral' | 'network' | Judged };

function outcomeOf({ outcome }: Verdict, message: string): Outcome {
  if (outcome === 'ok' || outcome === 'neutral') return { kind: outcome };
  if (outcome === 'network') return { kind: 'failed', cause: outcome, message, returnsAt: null };
  const { kind, returnsAt, scope } = outcome;
  switch (kind) {
    case 'request':
      return { kind: 'neutral' };
    case 'credential':
      return { kind: 'unauthorised', message };
    case 'burst':
    case 'quota':
      return { kind: 'rate_limited', cause: kind, scope, returnsAt, message };
    case 'forbidden':
    case 'server':
      return { kind: 'failed', cause: kind, returnsAt, message };
  }
}

async function listed(upstream: Upstream, clock: Pick<Clock, 'now'>): Promise<Verdict> {
  const { name } = upstream.platform;
  const answer = await askForModels(upstream);
  if (answer.status === 404) {
    const message = `${name} answered, but has no model list; create a model with a route to it to test a chat.`;
    return { ok: false, message, outcome: 'neutral' };
  }
  if (answer.status !== 200)
    return refused(upstream, 'its model list', { answer, now: clock.now() });
  const names = modelsIn(answer.data);
  if (!names) return oddAnswer(name, 'a model list', answer);
  const message = `${name} answered and lists ${names.length} models; create a model with a route to it to test a chat.`;
  return { ok: true, message, outcome: 'ok' };
}

async function chatted(
  upstream: Upstream,
  model: string,
  clock: Pick<Clock, 'now'>,
): Promise<Verdict> {
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
    : refused(upstream, `the model ${model}`, { answer, now: clock.now() });
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
  const outcome: Judged = { kind: 'server', scope: 'account', returnsAt: null };
  return { ok: false, message, outcome };
}

/** What a refusal says about the key; `wanted` is the model, or what else was asked for. */
function refused(
  { platform }: Upstream,
  wanted: string,
  { answer, now }: { answer: UpstreamText; now: number },
): Verdict {
  const { data: body, headers, said: message, status } = answer;
  const failure = { status, codes: codesIn(body), message, body, headers };
  const outcome = judgeFailure(platform, failure, now);
  return { ok: false, message: told(platform, wanted, outcome, status) + quoted(answer), outcome };
}

function told(
  { keyUrl, name }: Upstream['platform'],
  wanted: string,
  { kind }: Judged,
  status: number,
): string {
  switch (kind) {
    case 'credential': {
      const where = keyUrl ? ` Keys are made at ${keyUrl}.` : '';
      return `${name} refused the key; enter a valid one.${where}`;
    }
    case 'quota':
      return status === 402
        ? `The account's credit at ${name} is used up.`
        : `What the account may use at ${name} is used up for now.`;
    case 'forbidden':
      return `${name} lets this account in no more; ask its support.`;
    case 'burst':
      return `${name} limits requests now; try later.`;
    case 'server':
      return `${name} has a problem (${status}); try later.`;
    case 'request':
      if (status === 403) return `${name} knows the key, but it may not use ${wanted}.`;
      if (status === 404) return `${name} does not know ${wanted}, or not for this key.`;
      return `${name} refused the test request (${status}).`;
  }
}
