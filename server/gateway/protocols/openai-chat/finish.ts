import type { Finish } from '../dialogue.ts';

/*
 * Why a model stopped, in this protocol's words and those that compatible platforms add.
 * Sources: https://platform.openai.com/docs/api-reference/chat/object, Zhipu's `sensitive`,
 * `network_error` and `model_context_window_exceeded`:
 * https://docs.bigmodel.cn/api-reference/模型-api/对话补全
 */

const FINISHES: ReadonlyMap<unknown, Finish> = new Map<string, Finish>([
  ['stop', 'stop'],
  ['length', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_calls', 'calls'],
  ['function_call', 'calls'],
  ['content_filter', 'filtered'],
  ['sensitive', 'filtered'],
]);

/** Reasons that are no end of an answer but the lack of one. */
const FAILURES: ReadonlySet<unknown> = new Set([
  'error',
  'network_error',
  'insufficient_system_resource',
]);

const WRITTEN: Readonly<Record<Finish, string>> = {
  stop: 'stop',
  length: 'length',
  calls: 'tool_calls',
  filtered: 'content_filter',
  refused: 'stop',
};

export function isFailure(reason: unknown): boolean {
  return FAILURES.has(reason);
}

/** What was said of itself by a platform that failed. */
export function failureText(reason: unknown): string {
  return `The platform could not finish the answer (${String(reason)}).`;
}

/**
 * Platforms say `stop` behind a refusal, and behind calls that the client had demanded: what was
 * seen in the answer tells more. Reasons nobody documents count as `stop`.
 */
export function readFinish(reason: unknown, seen: { call: boolean; refusal: boolean }): Finish {
  const said = FINISHES.get(reason) ?? 'stop';
  if (said !== 'stop') return said;
  if (seen.call) return 'calls';
  return seen.refusal ? 'refused' : 'stop';
}

export function writeFinish(finish: Finish): string {
  return WRITTEN[finish];
}

/** Said where a model refused without a word. */
export const REFUSAL_TEXT = 'The model refused to answer.';
