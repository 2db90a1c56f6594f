import { z } from 'zod';

/*
 * What is forwarded and not translated, as far as Gatehouse reads it, lenient towards all else.
 * Sources: https://platform.openai.com/docs/api-reference/embeddings/create, …/images/create,
 * …/audio/createSpeech, …/audio/createTranscription; for rerank, which OpenAI has not,
 * https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html#rerank-api,
 * https://docs.cohere.com/reference/rerank and https://jina.ai/reranker/.
 */

export const ModelName = z.string().min(1).max(200);

/** What the lists hold is looked at elsewhere: millions of tokens are too many for a schema. */
export const EmbeddingsRequest = z.looseObject({
  model: ModelName,
  input: z.custom<string | unknown[]>(
    (value) => (typeof value === 'string' || Array.isArray(value)) && value.length > 0,
    'a text, a list of texts, or lists of tokens; not empty',
  ),
});
export type EmbeddingsRequest = z.infer<typeof EmbeddingsRequest>;

export const ImagesRequest = z.looseObject({
  model: ModelName,
  prompt: z.string().min(1),
  n: z.int().min(1).max(100).nullish(),
  stream: z.boolean().nullish(),
});

export const SpeechRequest = z.looseObject({
  model: ModelName,
  input: z.string().min(1),
  /** A name, or a voice of one's own by its id; some platforms have a default. */
  voice: z
    .union([z.string().min(1), z.looseObject({ id: z.string().min(1) })], {
      error: 'a voice’s name, or {"id": …}',
    })
    .nullish(),
});

const RerankText = z.union([z.string(), z.looseObject({})], { error: 'a text or an object' });
export const RerankRequest = z.looseObject({
  model: ModelName,
  query: RerankText,
  documents: z.array(RerankText).min(1).max(10_000),
});

/** More than any answer has: whoever reports it is mistaken, and sums of it would overflow. */
const Tokens = z.int().min(0).max(2_000_000_000).nullish();

/** Usage under any of the names it goes by in these answers. */
export const OperationUsage = z.looseObject({
  prompt_tokens: Tokens,
  input_tokens: Tokens,
  completion_tokens: Tokens,
  output_tokens: Tokens,
  total_tokens: Tokens,
});

/** A number of seconds; earlier versions of `verbose_json` have it as a text. */
export const Seconds = z.coerce.number().min(0).max(10_000_000);
