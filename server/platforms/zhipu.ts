import type { Platform } from './platform.ts';

/**
 * Zhipu AI open platform (智谱, GLM models).
 *
 * Sources: endpoint https://docs.bigmodel.cn/cn/guide/develop/openai/introduction, models
 * https://docs.bigmodel.cn/cn/guide/start/model-overview.
 */
export const zhipu: Platform = {
  id: 'zhipu',
  name: 'Zhipu AI',
  protocol: 'openai-chat',
  baseUrl: 'https://open.bigmodel.cn/api/paas/v4',
  auth: 'bearer',
  keyOptional: false,
  keyUrl: 'https://bigmodel.cn/usercenter/proj-mgmt/apikeys',
  listsModels: true,
  models: ['glm-4.7', 'glm-5.1', 'glm-5', 'glm-4.6'],
};
