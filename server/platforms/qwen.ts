import type { Platform } from './platform.ts';

/**
 * Alibaba Cloud Model Studio (DashScope, 百炼), region Beijing, by the address that serves every workspace.
 * Other regions, and workspaces with an address of their own ({workspace}.cn-beijing.maas.aliyuncs.com),
 * are added by an admin as platforms of their own.
 *
 * Sources: endpoint https://help.aliyun.com/zh/model-studio/qwen-api-via-openai-chat-completions, keys
 * https://help.aliyun.com/zh/model-studio/get-api-key, models
 * https://help.aliyun.com/zh/model-studio/models.
 */
export const qwen: Platform = {
  id: 'qwen',
  name: 'Qwen',
  endpoints: [
    {
      protocol: 'openai-chat',
      baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
      auth: 'bearer',
    },
  ],
  operations: {},
  keyOptional: false,
  keyUrl: 'https://bailian.console.aliyun.com/?tab=model#/api-key',
  listsModels: true,
  models: ['qwen-plus', 'qwen3.8-flash', 'qwen3.8-max', 'qwen3.7-max'],
};
