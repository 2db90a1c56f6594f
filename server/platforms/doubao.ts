import type { Platform } from './platform.ts';

/**
 * Doubao on Volcengine Ark (火山方舟), region Beijing. A model must be switched on in Ark's console before
 * it answers; the list also names models that were shut down.
 *
 * Sources: endpoint https://www.volcengine.com/docs/82379/1399008, models
 * https://www.volcengine.com/docs/82379/1330310.
 */
export const doubao: Platform = {
  id: 'doubao',
  name: 'Doubao (Volcengine Ark)',
  endpoints: [
    {
      protocol: 'openai-chat',
      baseUrl: 'https://ark.cn-beijing.volces.com/api/v3',
      auth: 'bearer',
    },
  ],
  operations: {},
  keyOptional: false,
  keyUrl: 'https://console.volcengine.com/ark/region:ark+cn-beijing/apikey',
  listsModels: true,
  models: [
    'doubao-seed-2-1-pro-260628',
    'doubao-seed-2-0-lite-260215',
    'doubao-seed-2-0-mini-260215',
    'doubao-seed-2-0-pro-260215',
  ],
};
