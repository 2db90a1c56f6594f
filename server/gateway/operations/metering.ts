import { OperationUsage, Seconds } from '#shared/wire/openai-operations.ts';
import type { TokenUsage, Units } from '../ports.ts';
import { isObject } from '../protocols/body.ts';
import { NO_TOKENS } from '../tokens.ts';

/** The tokens in an answer's `usage`, null when it tells of none that can be trusted. */
export function readTokens(json: unknown): TokenUsage | null {
  const usage = OperationUsage.safeParse(json);
  if (!usage.success) return null;
  const { prompt_tokens, input_tokens, completion_tokens, output_tokens, total_tokens } =
    usage.data;
  const output = completion_tokens ?? output_tokens ?? 0;
  const input = prompt_tokens ?? input_tokens ?? leftOf(total_tokens, output);
  return input === null ? null : { ...NO_TOKENS, inputTokens: input, outputTokens: output };
}

function leftOf(total: number | null | undefined, output: number): number | null {
  return total === null || total === undefined ? null : Math.max(0, total - output);
}

/**
 * How long the sound was: `usage: {type: 'duration', seconds}`, or the `duration` of verbose_json.
 * Null when the answer tells neither.
 */
export function readSeconds(json: Readonly<Record<string, unknown>>): Units | null {
  const usage = isObject(json['usage']) ? json['usage']['seconds'] : null;
  const seconds = secondsIn(usage) ?? secondsIn(json['duration']);
  return seconds === null ? null : { unit: 'second', amount: seconds };
}

function secondsIn(value: unknown): number | null {
  if (typeof value !== 'number' && typeof value !== 'string') return null;
  const seconds = Seconds.safeParse(value);
  return seconds.success && value !== '' ? seconds.data : null;
}
