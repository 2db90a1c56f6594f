import type { Platform } from './platform.ts';

/**
 * Alibaba Cloud Model Studio (DashScope, 百炼), region Beijing. Other regions have their own base URL and
 * keys; an admin adds them as a platform of their own.
 *
 * Sources: endpoint https://help.aliyun.com/zh/model-studio/qwen-api-via-openai-chat-completions, keys
 * https://help.aliyun.com/zh/model-studio/get-api-key, models
 * https://help.aliyun.com/zh/model-studio/models.
 */
export const qwen: Platform = {
  id: 'qwen',
  name: 'Qwen',
  protocol: 'openai-chat',
  baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
  auth: 'bearer',
  keyOptional: false,
  keyUrl: 'https://bailian.console.aliyun.com/?tab=model#/api-key',
  listsModels: true,
  models: ['qwen3.5-plus', 'qwen-plus', 'qwen3-max', 'qwen-flash'],
};
