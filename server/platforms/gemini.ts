import { modelsOf } from './catalogue/index.ts';
import { openaiOperations } from './openai-operations.ts';
import type { Platform } from './platform.ts';
import type { Quirks } from './quirks.ts';

const BASE = 'https://generativelanguage.googleapis.com/v1beta';
const COMPATIBLE = `${BASE}/openai`;

/**
 * Google Gemini by its own API, and by its OpenAI-compatible one for clients that speak that.
 *
 * Sources: own API and model list https://ai.google.dev/api, compatible API with embeddings and
 * images https://ai.google.dev/gemini-api/docs/openai, models
 * https://ai.google.dev/gemini-api/docs/models.
 */
export const gemini: Platform = {
  id: 'gemini',
  name: 'Google Gemini',
  endpoints: [
    { protocol: 'gemini', baseUrl: BASE, auth: 'x-goog-api-key' },
    { protocol: 'openai-chat', baseUrl: COMPATIBLE, auth: 'bearer' },
  ],
  operations: openaiOperations(COMPATIBLE, 'embeddings', 'images'),
  quirks,
  keyOptional: false,
  keyUrl: 'https://aistudio.google.com/apikey',
  listsModels: true,
  models: modelsOf('gemini'),
};

/**
 * Gemini 2 knows a budget of thought, Gemini 3 and later levels, and neither knows the other.
 * Source: https://ai.google.dev/gemini-api/docs/thinking
 */
function quirks(model: string): Quirks {
  return { thinkingBy: /^(models\/)?gemini-2\./.test(model) ? 'budget' : 'level' };
}
