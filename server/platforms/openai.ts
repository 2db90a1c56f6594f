import type { Platform } from './platform.ts';

/**
 * OpenAI. Its own API is the protocol the others imitate.
 *
 * Sources: endpoint https://developers.openai.com/api/reference/resources/chat, model list
 * https://developers.openai.com/api/reference/resources/models, models
 * https://developers.openai.com/docs/models.
 */
export const openai: Platform = {
  id: 'openai',
  name: 'OpenAI',
  endpoints: [{ protocol: 'openai-chat', baseUrl: 'https://api.openai.com/v1', auth: 'bearer' }],
  operations: {},
  keyOptional: false,
  keyUrl: 'https://platform.openai.com/api-keys',
  listsModels: true,
  models: ['gpt-5.6-luna', 'gpt-5.6-terra', 'gpt-5.6-sol', 'gpt-6-luna', 'gpt-6-sol'],
};
