import type { GeminiGenerationConfig } from '#shared/wire/gemini.ts';
import { EFFORTS, type Effort, type Reasoning } from '../../../platforms/quirks.ts';
import type { Dialogue, OutputFormat, Sampling } from '../dialogue.ts';
import { readSchema } from './read-schema.ts';

type Settings = Pick<
  Dialogue,
  'sampling' | 'maxOutputTokens' | 'stop' | 'answers' | 'format' | 'reasoning'
>;

/** Source: https://ai.google.dev/api/generate-content#generationconfig */
export function readConfig(config: GeminiGenerationConfig): Settings {
  return {
    sampling: readSampling(config),
    maxOutputTokens: config.maxOutputTokens ?? null,
    stop: config.stopSequences ?? [],
    answers: config.candidateCount ?? 1,
    format: readFormat(config),
    reasoning: readReasoning(config.thinkingConfig),
  };
}

function readSampling(config: GeminiGenerationConfig): Sampling {
  return {
    temperature: config.temperature ?? null,
    topP: config.topP ?? null,
    topK: config.topK ?? null,
    seed: config.seed ?? null,
    frequencyPenalty: config.frequencyPenalty ?? null,
    presencePenalty: config.presencePenalty ?? null,
    logprobs: config.responseLogprobs === true ? (config.logprobs ?? 0) : null,
    logitBias: null,
  };
}

/** A schema alone asks for JSON as well. Source: https://ai.google.dev/gemini-api/docs/structured-output */
function readFormat(config: GeminiGenerationConfig): OutputFormat | null {
  const { responseMimeType, responseSchema, responseJsonSchema } = config;
  if (responseMimeType && responseMimeType !== JSON_TYPE) return null;
  const schema = responseJsonSchema ?? (responseSchema ? readSchema(responseSchema) : null);
  if (schema) return { type: 'schema', name: null, description: null, schema, strict: null };
  return responseMimeType === JSON_TYPE ? { type: 'json' } : null;
}

const JSON_TYPE = 'application/json';

/** Source: https://ai.google.dev/gemini-api/docs/thinking */
function readReasoning(config: GeminiGenerationConfig['thinkingConfig']): Reasoning | null {
  if (!config) return null;
  const level = config.thinkingLevel?.toLowerCase();
  return {
    effort: EFFORTS.find((effort): effort is Effort => effort === level) ?? null,
    budgetTokens: config.thinkingBudget ?? null,
    show: config.includeThoughts ?? null,
  };
}
