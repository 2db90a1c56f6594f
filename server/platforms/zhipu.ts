import type { Platform } from './platform.ts';

/**
 * Zhipu AI open platform (智谱, GLM models). Its model list answers, though the reference leaves it out.
 *
 * Sources: endpoint https://docs.bigmodel.cn/cn/guide/develop/openai/introduction, models
 * https://docs.bigmodel.cn/cn/guide/start/model-overview.
 */
export const zhipu: Platform = {
  id: 'zhipu',
  name: 'Zhipu AI',
  endpoints: [
    { protocol: 'openai-chat', baseUrl: 'https://open.bigmodel.cn/api/paas/v4', auth: 'bearer' },
  ],
  operations: {},
  keyOptional: false,
  keyUrl: 'https://bigmodel.cn/usercenter/proj-mgmt/apikeys',
  listsModels: true,
  models: ['glm-5.3', 'glm-5.3-flash', 'glm-5.2', 'glm-4.7'],
};
