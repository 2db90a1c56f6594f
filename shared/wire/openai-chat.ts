import { z } from 'zod';

/**
 * The part of OpenAI's chat completions that Gatehouse itself reads, and nothing else: a body is
 * passed on as it came. Source: https://platform.openai.com/docs/api-reference/chat/create
 */
export const ChatCompletionRequest = z.object({
  model: z.string().min(1).max(200),
  messages: z
    .array(z.object({ role: z.string().min(1), content: z.unknown() }))
    .min(1)
    .max(10_000),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  n: z.int().min(1).max(128).nullish(),
});
export type ChatCompletionRequest = z.infer<typeof ChatCompletionRequest>;

/** More than any answer has: whoever reports it is mistaken, and sums of it would overflow. */
const Tokens = z.int().min(0).max(2_000_000_000);

/** Source: https://platform.openai.com/docs/api-reference/chat/object */
export const CompletionUsage = z.object({
  prompt_tokens: Tokens,
  completion_tokens: Tokens,
  prompt_tokens_details: z.object({ cached_tokens: Tokens.nullish() }).nullish(),
  completion_tokens_details: z.object({ reasoning_tokens: Tokens.nullish() }).nullish(),
});
export type CompletionUsage = z.infer<typeof CompletionUsage>;
