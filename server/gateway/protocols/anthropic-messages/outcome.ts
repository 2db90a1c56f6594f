import { WireUsage } from '#shared/wire/anthropic-messages.ts';
import type { TokenUsage } from '../../ports.ts';
import type { Finish } from '../dialogue.ts';

/** Counters of one answer, as far as they are known. */
export type Counters = {
  input: number;
  read: number;
  written: number;
  output: number;
  thought: number;
};

export const NO_COUNTERS: Counters = { input: 0, read: 0, written: 0, output: 0, thought: 0 };

/** Counters with those that an event reports in place of the earlier ones; all are cumulative. */
export function addUsage(before: Counters, json: unknown): Counters {
  const parsed = WireUsage.safeParse(json);
  if (!parsed.success) return before;
  const usage = parsed.data;
  return {
    input: usage.input_tokens ?? before.input,
    read: usage.cache_read_input_tokens ?? before.read,
    written: usage.cache_creation_input_tokens ?? before.written,
    output: usage.output_tokens ?? before.output,
    thought: usage.output_tokens_details?.thinking_tokens ?? before.thought,
  };
}

/** Anthropic counts what its cache read and wrote apart from the rest of the input. */
export function usageOf({ input, read, written, output, thought }: Counters): TokenUsage {
  return {
    inputTokens: input + read + written,
    cachedTokens: read,
    cacheWriteTokens: written,
    outputTokens: output,
    reasoningTokens: thought,
    estimated: false,
  };
}

/** Usage of a whole answer; null when the platform reported none. */
export function readUsage(json: unknown): TokenUsage | null {
  return WireUsage.safeParse(json).success ? usageOf(addUsage(NO_COUNTERS, json)) : null;
}

/**
 * Usage as Anthropic words it.
 * Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance
 */
export function writeUsage(usage: TokenUsage | null): object {
  const { inputTokens = 0, cachedTokens = 0, cacheWriteTokens = 0 } = usage ?? {};
  const thought = usage?.reasoningTokens ?? 0;
  return {
    input_tokens: Math.max(0, inputTokens - cachedTokens - cacheWriteTokens),
    cache_creation_input_tokens: cacheWriteTokens,
    cache_read_input_tokens: cachedTokens,
    output_tokens: usage?.outputTokens ?? 0,
    ...(thought > 0 ? { output_tokens_details: { thinking_tokens: thought } } : {}),
  };
}

/** `pause_turn` and a full context end an answer before its end, as a limit does. */
const FINISHES: ReadonlyMap<string, Finish> = new Map<string, Finish>([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['pause_turn', 'length'],
  ['tool_use', 'calls'],
  ['refusal', 'refused'],
]);

/** Source: https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons */
export function readFinish(stopReason: unknown): Finish {
  return FINISHES.get(String(stopReason)) ?? 'stop';
}

const STOP_REASONS: Readonly<Record<Finish, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  calls: 'tool_use',
  filtered: 'refusal',
  refused: 'refusal',
};

/** `stop_reason` and `stop_sequence`; an answer that holds a refusal is one, however it ended. */
export function writeFinish(finish: Finish, stopSequence: string | null, refused: boolean) {
  if (finish === 'stop' && refused) return { stop_reason: 'refusal', stop_sequence: null };
  const bySequence = finish === 'stop' && stopSequence !== null;
  return {
    stop_reason: bySequence ? 'stop_sequence' : STOP_REASONS[finish],
    stop_sequence: bySequence ? stopSequence : null,
  };
}
