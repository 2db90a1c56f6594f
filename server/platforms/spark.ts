import type { Platform } from './platform.ts';

/**
 * iFLYTEK Spark (讯飞星火), HTTP interface. The key is the APIPassword of the chosen version; the deep
 * reasoning models (X1 and later) live below /v2 and are added as a platform of their own. There is no
 * model list.
 *
 * Sources: https://www.xfyun.cn/doc/spark/HTTP调用文档.html, X1
 * https://www.xfyun.cn/doc/spark/X1http.html.
 */
export const spark: Platform = {
  id: 'spark',
  name: 'iFLYTEK Spark',
  endpoints: [
    { protocol: 'openai-chat', baseUrl: 'https://spark-api-open.xf-yun.com/v1', auth: 'bearer' },
  ],
  operations: {},
  keyOptional: false,
  keyUrl: 'https://console.xfyun.cn/services/bm4',
  listsModels: false,
  models: ['4.0Ultra', 'max-32k', 'generalv3.5', 'pro-128k', 'generalv3', 'lite'],
};
