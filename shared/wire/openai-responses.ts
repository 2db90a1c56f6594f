import { z } from 'zod';

/*
 * The part of OpenAI's Responses that Gatehouse itself reads. What it does not know passes: a body
 * that goes to a platform of the same protocol is sent as it came.
 * Source: https://platform.openai.com/docs/api-reference/responses/create
 */

const Name = z.string().min(1).max(200);

/** What is read of every request, wherever it goes. */
export const ResponsesRequest = z.looseObject({
  model: z.string().min(1).max(200),
  input: z.union([z.string(), z.array(z.looseObject({})).max(10_000)]).nullish(),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  store: z.boolean().nullish(),
  background: z.boolean().nullish(),
  previous_response_id: z.string().min(1).max(200).nullish(),
  max_output_tokens: z.int().min(1).nullish(),
});
export type ResponsesRequest = z.infer<typeof ResponsesRequest>;

/** What is read of a request that is said in another protocol, beside its input. */
export const ResponsesSettings = z.looseObject({
  tools: z
    .array(
      z.looseObject({
        type: z.string().min(1),
        name: Name.nullish(),
        description: z.string().nullish(),
        parameters: z.record(z.string(), z.unknown()).nullish(),
        strict: z.boolean().nullish(),
        format: z.unknown().optional(),
      }),
    )
    .max(1_000)
    .nullish(),
  tool_choice: z
    .union([
      z.string(),
      z.looseObject({
        type: z.string(),
        name: Name.nullish(),
        mode: z.string().nullish(),
        tools: z
          .array(z.looseObject({ type: z.string().nullish(), name: Name.nullish() }))
          .nullish(),
      }),
    ])
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  reasoning: z
    .looseObject({
      effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
      summary: z.string().nullish(),
      generate_summary: z.string().nullish(),
    })
    .nullish(),
  text: z
    .looseObject({
      format: z
        .looseObject({
          type: z.string(),
          name: z.string().nullish(),
          description: z.string().nullish(),
          schema: z.record(z.string(), z.unknown()).nullish(),
          strict: z.boolean().nullish(),
        })
        .nullish(),
      verbosity: z.enum(['low', 'medium', 'high']).nullish(),
    })
    .nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  top_logprobs: z.int().min(0).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  prompt_cache_key: z.string().nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  service_tier: z.string().nullish(),
  include: z.array(z.string()).nullish(),
  truncation: z.string().nullish(),
});
export type ResponsesSettings = z.infer<typeof ResponsesSettings>;

/** One part of what a message or a tool's output holds. */
export const ResponsesContent = z.looseObject({
  type: z.string(),
  text: z.string().nullish(),
  refusal: z.string().nullish(),
  annotations: z.array(z.unknown()).nullish(),
  image_url: z.string().nullish(),
  file_id: z.string().nullish(),
  file_data: z.string().nullish(),
  file_url: z.string().nullish(),
  filename: z.string().nullish(),
  detail: z.string().nullish(),
  input_audio: z.looseObject({ data: z.string(), format: z.string() }).nullish(),
  prompt_cache_breakpoint: z.unknown().optional(),
});
export type ResponsesContent = z.infer<typeof ResponsesContent>;

/** Its parts are checked one by one, so that the one at fault is named. */
const Contents = z.union([z.string(), z.array(z.unknown())]);

export const ResponsesMessage = z.looseObject({
  role: z.enum(['user', 'assistant', 'system', 'developer']),
  content: Contents,
});

export const ResponsesFunctionCall = z.looseObject({
  call_id: z.string().min(1),
  name: Name,
  arguments: z.string(),
});

export const ResponsesCustomCall = z.looseObject({
  call_id: z.string().min(1),
  name: Name,
  input: z.string(),
});

export const ResponsesCallOutput = z.looseObject({ call_id: z.string().min(1), output: Contents });

const Texts = z.array(z.looseObject({ text: z.string().nullish() })).nullish();

export const ResponsesReasoning = z.looseObject({
  summary: Texts,
  content: Texts,
  encrypted_content: z.string().nullish(),
});

/** More than any answer has: whoever reports it is mistaken, and sums of it would overflow. */
const Tokens = z.int().min(0).max(2_000_000_000);

/** Source: https://platform.openai.com/docs/api-reference/responses/object#responses/object-usage */
export const ResponsesUsage = z.looseObject({
  input_tokens: Tokens,
  output_tokens: Tokens,
  input_tokens_details: z
    .looseObject({ cached_tokens: Tokens.nullish(), cache_write_tokens: Tokens.nullish() })
    .nullish(),
  output_tokens_details: z.looseObject({ reasoning_tokens: Tokens.nullish() }).nullish(),
});
