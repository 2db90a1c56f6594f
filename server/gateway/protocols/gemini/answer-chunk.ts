import {
  GeminiPart,
  GenerateContentResponse,
  type GenerateContentResponse as Response,
} from '#shared/wire/gemini.ts';
import { errorMessage } from './errors.ts';
import { saidReason } from './finish.ts';

/** A whole answer, or a piece of a streamed one: both have one form. */
export type AnswerChunk = Pick<Response, 'responseId' | 'modelVersion' | 'usageMetadata'> & {
  /** Of the first candidate. */
  parts: GeminiPart[];
  grounding: NonNullable<Candidate['groundingMetadata']> | null;
  finishReason: string | null;
  /** Whether there is an answer in it at all, or word that the prompt was refused. */
  hasAnswer: boolean;
};

type Candidate = NonNullable<Response['candidates']>[number];

/**
 * Reads what a platform sent; members it should not have are passed over.
 * Source: https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse
 */
export function readChunk(text: string): AnswerChunk | { error: string } {
  const json = tryParse(text);
  if (json === undefined) return { error: 'The platform sent something that is not JSON.' };
  const error = errorMessage(json);
  if (error !== null) return { error };
  const response = GenerateContentResponse.safeParse(Array.isArray(json) ? json[0] : json);
  if (!response.success) return { error: 'The platform sent something that is no answer.' };
  const { candidates, promptFeedback, ...rest } = response.data;
  const candidate = (candidates ?? []).find(({ index }) => !index);
  const blocked = saidReason(promptFeedback?.blockReason);
  return {
    ...rest,
    parts: (candidate?.content?.parts ?? []).flatMap(readPart),
    grounding: candidate?.groundingMetadata ?? null,
    finishReason: saidReason(candidate?.finishReason) ?? blocked,
    hasAnswer: candidate !== undefined || blocked !== null,
  };
}

function readPart(part: unknown): GeminiPart[] {
  const parsed = GeminiPart.safeParse(part);
  return parsed.success ? [parsed.data] : [];
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
