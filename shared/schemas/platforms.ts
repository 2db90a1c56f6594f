import { z } from 'zod';

export const PlatformId = z
  .string()
  .min(2)
  .max(40)
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'lower case letters, digits and dashes');

/** Wire protocols a platform can speak. Others join with their file in server/gateway/protocols. */
export const Protocol = z.enum(['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini']);
export type Protocol = z.infer<typeof Protocol>;

/** Calls besides chats, forwarded as they came; all in OpenAI's form. */
export const Operation = z.enum([
  'embeddings',
  'images',
  'speech',
  'transcription',
  'translation',
  'rerank',
]);
export type Operation = z.infer<typeof Operation>;

export const BaseUrl = z.url({ protocol: /^https?$/ }).max(500);

export const PlatformName = z.string().trim().min(1).max(80);

export const PlatformView = z.object({
  id: z.string(),
  name: z.string(),
  /** What it speaks, and where; translated requests go to the first. An added one has one. */
  endpoints: z.array(
    z.object({
      protocol: Protocol,
      /** Null for the sandbox, which has no network. */
      baseUrl: z.string().nullable(),
    }),
  ),
  /** What is forwarded there besides chats. */
  operations: z.array(Operation),
  /** False: declared in the code; true: added by an admin and may be changed. */
  custom: z.boolean(),
  /** Whether an account there needs an API key. */
  needsKey: z.boolean(),
  /** True where `needsKey` may be left unanswered: an added server may be open to whoever reaches it. */
  keyOptional: z.boolean(),
  /** Where a person gets a key, if known. */
  keyUrl: z.string().nullable(),
  /** A few models worth offering before the platform's list was fetched. */
  models: z.array(z.string()),
  accounts: z.int(),
});
export type PlatformView = z.infer<typeof PlatformView>;

export const PlatformCreate = z.object({
  id: PlatformId,
  name: PlatformName,
  protocol: Protocol.default('openai-chat'),
  baseUrl: BaseUrl,
});
export type PlatformCreate = z.infer<typeof PlatformCreate>;

export const PlatformUpdate = z.object({
  id: PlatformId,
  name: PlatformCreate.shape.name.optional(),
  // Without the default of PlatformCreate: what is not named stays as it is.
  protocol: Protocol.optional(),
  baseUrl: BaseUrl.optional(),
});
export type PlatformUpdate = z.infer<typeof PlatformUpdate>;

export const ByPlatformId = z.object({ id: PlatformId });
export type ByPlatformId = z.infer<typeof ByPlatformId>;
