import type { Operation } from '#shared/schemas/platforms.ts';
import type { OperationPoint } from './platform.ts';

/** OpenAI's own paths; `/rerank` is where servers with its API commonly put reranking (vLLM, Jina, Cohere). */
export const OPENAI_PATHS: Readonly<Record<Operation, string>> = {
  embeddings: '/embeddings',
  images: '/images/generations',
  speech: '/audio/speech',
  transcription: '/audio/transcriptions',
  translation: '/audio/translations',
  rerank: '/rerank',
};

/** The named operations below a base URL, at OpenAI's paths. */
export function openaiOperations(
  baseUrl: string,
  ...operations: readonly Operation[]
): Partial<Record<Operation, OperationPoint>> {
  return Object.fromEntries(
    operations.map((operation) => [operation, { baseUrl, path: OPENAI_PATHS[operation] }]),
  );
}
