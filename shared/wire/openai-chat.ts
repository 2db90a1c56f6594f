import { z } from 'zod';

/**
 * The part of OpenAI's chat completions that Gatehouse itself reads; everything else is passed on
 * as it came. Source: https://platform.openai.com/docs/api-reference/chat/create
 */
export const ChatCompletionRequest = z.looseObject({
  model: z.string().min(1).max(200),
  messages: z
    .array(z.looseObject({ role: z.string().min(1) }))
    .min(1)
    .max(10_000),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  n: z.int().min(1).max(128).nullish(),
});
export type ChatCompletionRequest = z.infer<typeof ChatCompletionRequest>;

/** Source: https://platform.openai.com/docs/api-reference/chat/object */
export const CompletionUsage = z.looseObject({
  prompt_tokens: z.int().min(0),
  completion_tokens: z.int().min(0),
  prompt_tokens_details: z.looseObject({ cached_tokens: z.int().min(0).nullish() }).nullish(),
  completion_tokens_details: z
    .looseObject({ reasoning_tokens: z.int().min(0).nullish() })
    .nullish(),
});
export type CompletionUsage = z.infer<typeof CompletionUsage>;
