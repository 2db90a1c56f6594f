import { z } from 'zod';

/*
 * OpenAI's chat completions as far as Gatehouse reads them, lenient towards all else.
 * Sources: https://platform.openai.com/docs/api-reference/chat/create and …/chat/object
 */

/** The least that is looked at in every request, even where the body is passed on as it came. */
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

/** `cache_control` is no member of OpenAI's own, but of several platforms that speak its protocol. */
const CacheControl = z.looseObject({ ttl: z.string().nullish() }).nullish();
const cache = { cache_control: CacheControl, prompt_cache_breakpoint: z.unknown().optional() };

const TextPart = z.looseObject({ type: z.literal('text'), text: z.string(), ...cache });
const RefusalPart = z.looseObject({ type: z.literal('refusal'), refusal: z.string() });
const ImagePart = z.looseObject({
  type: z.literal('image_url'),
  // NOTE: some clients send the address alone.
  image_url: z.preprocess(
    (value) => (typeof value === 'string' ? { url: value } : value),
    z.looseObject({ url: z.string().min(1), detail: z.string().nullish() }),
  ),
  ...cache,
});
const AudioPart = z.looseObject({
  type: z.literal('input_audio'),
  input_audio: z.looseObject({ data: z.string().min(1), format: z.string().min(1) }),
});
const FilePart = z.looseObject({
  type: z.literal('file'),
  file: z.looseObject({
    file_data: z.string().nullish(),
    file_id: z.string().nullish(),
    filename: z.string().nullish(),
  }),
  ...cache,
});

/** Content as a list of parts; plain text is a list of one. */
function content<Part extends z.ZodType>(part: Part) {
  return z.preprocess(
    (value) => (typeof value === 'string' ? [{ type: 'text', text: value }] : value),
    z.array(part),
  );
}

const UserPart = z.discriminatedUnion('type', [TextPart, ImagePart, AudioPart, FilePart]);
const ResultPart = z.discriminatedUnion('type', [TextPart, ImagePart, FilePart]);
const AnswerPart = z.discriminatedUnion('type', [TextPart, RefusalPart]);
export type ContentPart = z.infer<typeof UserPart>;

const FunctionCall = z.looseObject({
  id: z.string().min(1),
  type: z.literal('function'),
  function: z.looseObject({ name: z.string().min(1), arguments: z.string().nullish() }),
});
const CustomCall = z.looseObject({
  id: z.string().min(1),
  type: z.literal('custom'),
  custom: z.looseObject({ name: z.string().min(1), input: z.string() }),
});
const ToolCall = z.preprocess(
  (value) =>
    typeof value === 'object' && value !== null && !('type' in value)
      ? { type: 'function', ...value }
      : value,
  z.discriminatedUnion('type', [FunctionCall, CustomCall]),
);

export const UrlCitation = z.looseObject({
  type: z.literal('url_citation'),
  url_citation: z.looseObject({
    url: z.string(),
    title: z.string().nullish(),
    start_index: z.int().min(0).nullish(),
    end_index: z.int().min(0).nullish(),
  }),
});

const Message = z.discriminatedUnion('role', [
  z.looseObject({ role: z.enum(['system', 'developer']), content: content(TextPart) }),
  z.looseObject({ role: z.literal('user'), content: content(UserPart) }),
  z.looseObject({
    role: z.literal('assistant'),
    content: content(AnswerPart).nullish(),
    refusal: z.string().nullish(),
    reasoning_content: z.string().nullish(),
    reasoning: z.string().nullish(),
    tool_calls: z.array(ToolCall).nullish(),
    annotations: z.array(z.unknown()).nullish(),
  }),
  z.looseObject({
    role: z.literal('tool'),
    tool_call_id: z.string().min(1),
    content: content(ResultPart),
  }),
]);
export type ChatMessage = z.infer<typeof Message>;

const JsonSchema = z.record(z.string(), z.unknown());

const FunctionTool = z.looseObject({
  type: z.literal('function'),
  function: z.looseObject({
    name: z.string().min(1),
    description: z.string().nullish(),
    parameters: JsonSchema.nullish(),
    strict: z.boolean().nullish(),
  }),
  cache_control: CacheControl,
});
const CustomTool = z.looseObject({
  type: z.literal('custom'),
  custom: z.looseObject({
    name: z.string().min(1),
    description: z.string().nullish(),
    format: z.unknown().optional(),
  }),
});
/** Tools of a platform's own, such as `web_search`. */
const OtherTool = z.looseObject({ type: z.string().min(1) });
const ChatTool = z.looseObject({ type: z.string().min(1) }).transform((tool, ctx) => {
  const schema =
    tool.type === 'function' ? FunctionTool : tool.type === 'custom' ? CustomTool : OtherTool;
  const parsed = schema.safeParse(tool);
  if (parsed.success) return parsed.data;
  for (const { message, path } of parsed.error.issues) {
    ctx.addIssue({ code: 'custom', message, path });
  }
  return z.NEVER;
});
export type FunctionTool = z.infer<typeof FunctionTool>;
export type CustomTool = z.infer<typeof CustomTool>;

const Named = z.looseObject({
  function: z.looseObject({ name: z.string().min(1) }).optional(),
  custom: z.looseObject({ name: z.string().min(1) }).optional(),
});
const ToolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.looseObject({
    type: z.literal('allowed_tools'),
    allowed_tools: z.looseObject({
      mode: z.enum(['auto', 'required']),
      tools: z.array(Named),
    }),
  }),
  Named.extend({ type: z.enum(['function', 'custom']) }),
]);

const ResponseFormat = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text') }),
  z.looseObject({ type: z.literal('json_object') }),
  z.looseObject({
    type: z.literal('json_schema'),
    json_schema: z.looseObject({
      name: z.string().nullish(),
      description: z.string().nullish(),
      schema: JsonSchema.nullish(),
      strict: z.boolean().nullish(),
    }),
  }),
]);

/** Everything that has a meaning in other protocols too: looked at where a request is translated. */
export const ChatCompletionDialogue = ChatCompletionRequest.extend({
  messages: z.array(Message),
  tools: z.array(ChatTool).nullish(),
  tool_choice: ToolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  response_format: ResponseFormat.nullish(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  verbosity: z.enum(['low', 'medium', 'high']).nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  top_k: z.int().nullish(),
  seed: z.int().nullish(),
  frequency_penalty: z.number().nullish(),
  presence_penalty: z.number().nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).nullish(),
  logit_bias: z.record(z.string(), z.number()).nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  prompt_cache_key: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  service_tier: z.string().nullish(),
  functions: z.null('use `tools` instead').optional(),
  function_call: z.null('use `tool_choice` instead').optional(),
});
export type ChatCompletionDialogue = z.infer<typeof ChatCompletionDialogue>;

/** More than any answer has: whoever reports it is mistaken, and sums of it would overflow. */
const Tokens = z.int().min(0).max(2_000_000_000);

/** Source: https://platform.openai.com/docs/api-reference/chat/object */
export const CompletionUsage = z.looseObject({
  prompt_tokens: Tokens,
  completion_tokens: Tokens.nullish(),
  prompt_tokens_details: z
    .looseObject({
      cached_tokens: Tokens.nullish(),
      cache_write_tokens: Tokens.nullish(),
      /** Qwen's name for it: https://help.aliyun.com/zh/model-studio/context-cache */
      cache_creation_input_tokens: Tokens.nullish(),
    })
    .nullish(),
  completion_tokens_details: z.looseObject({ reasoning_tokens: Tokens.nullish() }).nullish(),
});
export type CompletionUsage = z.infer<typeof CompletionUsage>;
