import type { GeminiUsage } from '#shared/wire/gemini.ts';
import type { TokenUsage } from '../../ports.ts';

/*
 * Google counts thoughts beside the answer, and results of its own tools beside the prompt.
 * Source: https://ai.google.dev/api/generate-content#UsageMetadata
 */

export function readUsage(usage: GeminiUsage): TokenUsage {
  const reasoningTokens = usage.thoughtsTokenCount ?? 0;
  return {
    inputTokens: (usage.promptTokenCount ?? 0) + (usage.toolUsePromptTokenCount ?? 0),
    cachedTokens: usage.cachedContentTokenCount ?? 0,
    cacheWriteTokens: 0,
    outputTokens: (usage.candidatesTokenCount ?? 0) + reasoningTokens,
    reasoningTokens,
    estimated: false,
  };
}

export function writeUsage(usage: TokenUsage): Record<string, number> {
  const { inputTokens, outputTokens, cachedTokens, reasoningTokens } = usage;
  return {
    promptTokenCount: inputTokens,
    candidatesTokenCount: Math.max(0, outputTokens - reasoningTokens),
    totalTokenCount: inputTokens + outputTokens,
    ...(cachedTokens > 0 ? { cachedContentTokenCount: cachedTokens } : {}),
    ...(reasoningTokens > 0 ? { thoughtsTokenCount: reasoningTokens } : {}),
  };
}
