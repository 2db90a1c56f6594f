import { CompletionUsage } from '#shared/wire/openai-chat.ts';
import type { TokenUsage } from '../../ports.ts';
import { isObject } from '../body.ts';

/** The usage a platform reports, null when there is none that can be trusted. */
export function readUsage(json: unknown): TokenUsage | null {
  // NOTE: nearly every chunk of a stream has none.
  if (!isObject(json)) return null;
  const usage = CompletionUsage.safeParse(json);
  if (!usage.success) return null;
  const { prompt_tokens, completion_tokens, prompt_tokens_details: prompt } = usage.data;
  return {
    inputTokens: prompt_tokens,
    cachedTokens: prompt?.cached_tokens ?? 0,
    cacheWriteTokens: prompt?.cache_write_tokens ?? prompt?.cache_creation_input_tokens ?? 0,
    outputTokens: completion_tokens ?? 0,
    reasoningTokens: usage.data.completion_tokens_details?.reasoning_tokens ?? 0,
    estimated: false,
  };
}

export function writeUsage(usage: TokenUsage): object {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cachedTokens,
      ...(usage.cacheWriteTokens > 0 && { cache_write_tokens: usage.cacheWriteTokens }),
    },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  };
}
