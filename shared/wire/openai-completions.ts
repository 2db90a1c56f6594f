import { z } from 'zod';

/**
 * OpenAI's legacy completions, as far as they can be answered by a chat.
 * Source: https://platform.openai.com/docs/api-reference/completions/create
 */
export const CompletionRequest = z.looseObject({
  model: z.string().min(1).max(200),
  prompt: z.union([z.string(), z.array(z.string()).length(1)], {
    error: 'must be one text; lists of several prompts and of tokens are not supported',
  }),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().min(1).nullish(),
  n: z.int().min(1).max(128).nullish(),
  suffix: z.literal('', 'is not supported: a chat cannot fill in the middle of a text').nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  seed: z.int().nullish(),
  frequency_penalty: z.number().nullish(),
  presence_penalty: z.number().nullish(),
  logprobs: z.int().min(0).nullish(),
  logit_bias: z.record(z.string(), z.number()).nullish(),
  user: z.string().nullish(),
});
export type CompletionRequest = z.infer<typeof CompletionRequest>;
