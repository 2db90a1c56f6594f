import type { Platform } from './platform.ts';

/**
 * Google Gemini by its OpenAI-compatible endpoint; the platform's own protocol is another file.
 *
 * Sources: endpoint and model list https://ai.google.dev/gemini-api/docs/openai, models
 * https://ai.google.dev/gemini-api/docs/models.
 */
export const gemini: Platform = {
  id: 'gemini',
  name: 'Google Gemini',
  endpoints: [
    {
      protocol: 'openai-chat',
      baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
      auth: 'bearer',
    },
  ],
  operations: {},
  keyOptional: false,
  keyUrl: 'https://aistudio.google.com/apikey',
  listsModels: true,
  models: [
    'gemini-3.6-flash',
    'gemini-3.5-flash-lite',
    'gemini-3.5-flash',
    'gemini-3.1-pro-preview',
  ],
};
