import type { Platform } from './platform.ts';

/**
 * Baidu Qianfan (千帆, ERNIE models), inference API v2.
 *
 * Sources: endpoint https://cloud.baidu.com/doc/WENXINWORKSHOP/s/2m3fihw8s, model list
 * https://cloud.baidu.com/doc/qianfan-api/s/Dmba8k71y, models
 * https://cloud.baidu.com/doc/qianfan/s/rmh4stp0j.
 */
export const baidu: Platform = {
  id: 'baidu',
  name: 'Baidu Qianfan',
  endpoints: [
    { protocol: 'openai-chat', baseUrl: 'https://qianfan.baidubce.com/v2', auth: 'bearer' },
  ],
  operations: {},
  keyOptional: false,
  keyUrl: 'https://console.bce.baidu.com/iam/#/iam/apikey/list',
  listsModels: true,
  models: ['ernie-5.1', 'ernie-5.0-thinking-latest', 'ernie-4.5-turbo-128k'],
};
