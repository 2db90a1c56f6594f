import { z } from 'zod';

/*
 * The part of Anthropic's Messages that Gatehouse itself reads; every schema lets unknown members be.
 * Source: https://platform.claude.com/docs/en/api/messages/create
 */

const Content = z.union([z.string(), z.array(z.looseObject({ type: z.string() }))], {
  error: 'must be text or a list of blocks that each have a type',
});
export type Content = z.infer<typeof Content>;

/** A block of content whose type says which of the schemas below it follows. */
export type Block = { type: string } & Record<string, unknown>;

export const WireMessage = z.looseObject({
  role: z.enum(['user', 'assistant', 'system'], { error: 'must be user, assistant or system' }),
  content: Content,
});
export type WireMessage = z.infer<typeof WireMessage>;

/** What counting tokens reads too, for it asks for no limit. */
export const CountRequest = z.looseObject({
  model: z.string({ error: 'is required: the name of a model' }).min(1).max(200),
  messages: z.array(WireMessage, { error: 'is required: a list of messages' }).min(1).max(100_000),
  system: Content.nullish(),
  tools: z.array(z.looseObject({ type: z.string().nullish() })).nullish(),
});
export type CountRequest = z.infer<typeof CountRequest>;

export const MessagesRequest = CountRequest.extend({
  max_tokens: z
    .int({ error: 'is required: the most tokens that the answer may have, a whole number' })
    .min(0)
    .max(2_000_000_000),
  stream: z.boolean().nullish(),
});
export type MessagesRequest = z.infer<typeof MessagesRequest>;

/** The members that only a translation reads. */
export const MessagesSettings = z.looseObject({
  max_tokens: z.int().nullish(),
  stream: z.boolean().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  top_k: z.number().nullish(),
  stop_sequences: z.array(z.string()).nullish(),
  service_tier: z.string().nullish(),
  metadata: z.looseObject({ user_id: z.string().nullish() }).nullish(),
  tool_choice: z
    .looseObject({
      type: z.enum(['auto', 'any', 'none', 'tool']),
      name: z.string().nullish(),
      disable_parallel_tool_use: z.boolean().nullish(),
    })
    .nullish(),
  thinking: z
    .looseObject({
      type: z.enum(['enabled', 'adaptive', 'between_tools', 'disabled']),
      budget_tokens: z.int().min(0).nullish(),
      display: z.string().nullish(),
    })
    .nullish(),
  output_config: z
    .looseObject({
      effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish(),
      format: z
        .looseObject({ type: z.literal('json_schema'), schema: z.record(z.string(), z.unknown()) })
        .nullish(),
    })
    .nullish(),
  output_format: z
    .looseObject({ type: z.literal('json_schema'), schema: z.record(z.string(), z.unknown()) })
    .nullish(),
});
export type MessagesSettings = z.infer<typeof MessagesSettings>;

const CacheControl = z.looseObject({ ttl: z.string().nullish() }).nullish();

export const WireTool = z.looseObject({
  name: z.string().min(1),
  description: z.string().nullish(),
  input_schema: z.record(z.string(), z.unknown()),
  strict: z.boolean().nullish(),
  cache_control: CacheControl,
});

const Cited = z.looseObject({
  type: z.string(),
  url: z.string().nullish(),
  source: z.string().nullish(),
  title: z.string().nullish(),
  cited_text: z.string().nullish(),
});
export type Cited = z.infer<typeof Cited>;

export const CitationList = z.array(Cited);

export const TextBlock = z.looseObject({
  text: z.string(),
  citations: CitationList.nullish(),
  cache_control: CacheControl,
});

const FileSources = [
  z.looseObject({ type: z.literal('base64'), media_type: z.string().min(1), data: z.string() }),
  z.looseObject({ type: z.literal('url'), url: z.string().min(1) }),
  z.looseObject({ type: z.literal('file'), file_id: z.string().min(1) }),
] as const;

export const ImageBlock = z.looseObject({
  source: z.discriminatedUnion('type', FileSources),
  cache_control: CacheControl,
});

export const DocumentBlock = z.looseObject({
  source: z.discriminatedUnion('type', [
    ...FileSources,
    z.looseObject({ type: z.literal('text'), data: z.string() }),
    z.looseObject({ type: z.literal('content'), content: Content }),
  ]),
  title: z.string().nullish(),
  cache_control: CacheControl,
});

export const SearchResultBlock = z.looseObject({
  source: z.string(),
  title: z.string(),
  content: z.array(z.looseObject({ text: z.string() })),
  cache_control: CacheControl,
});

export const ThinkingBlock = z.looseObject({
  thinking: z.string(),
  signature: z.string().nullish(),
});

export const RedactedThinkingBlock = z.looseObject({ data: z.string() });

export const ToolUseBlock = z.looseObject({
  id: z.string().min(1),
  name: z.string().min(1),
  input: z.unknown(),
  cache_control: CacheControl,
});

export const ToolResultBlock = z.looseObject({
  tool_use_id: z.string().min(1),
  content: Content.nullish(),
  is_error: z.boolean().nullish(),
  cache_control: CacheControl,
});

/** More than any answer has: whoever reports it is mistaken, and sums of it would overflow. */
const Tokens = z.int().min(0).max(2_000_000_000).nullish().catch(null);

/** Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance */
export const WireUsage = z.looseObject({
  input_tokens: Tokens,
  cache_read_input_tokens: Tokens,
  cache_creation_input_tokens: Tokens,
  output_tokens: Tokens,
  output_tokens_details: z.looseObject({ thinking_tokens: Tokens }).nullish().catch(null),
});
export type WireUsage = z.infer<typeof WireUsage>;
