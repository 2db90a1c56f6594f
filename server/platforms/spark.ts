import { byCode } from './by-code.ts';
import { modelsOf } from './catalogue/index.ts';
import type { Platform } from './platform.ts';
import type { Quirks, Reasoning } from './quirks.ts';

const KEYS = 'https://console.xfyun.cn/services/bm4';

/**
 * 11200 is an app without the right to a version, or without tokens left.
 * Sources: https://www.xfyun.cn/doc/spark/HTTP调用文档.html, https://xfyun.cn/doc/spark/接口说明.html
 */
const classify = byCode({
  '10006': 'burst',
  '10007': 'burst',
  '10008': 'server',
  '10013': 'request',
  '10014': 'request',
  '10015': 'forbidden',
  '10016': 'quota',
  '10019': 'request',
  '10110': 'server',
  '10907': 'request',
  '11200': 'quota',
  '11201': 'quota',
  '11202': 'burst',
  '11203': 'burst',
});

/**
 * iFLYTEK Spark (讯飞星火), HTTP interface. The key is the APIPassword of the chosen version. There is no
 * model list.
 *
 * Source: https://www.xfyun.cn/doc/spark/HTTP调用文档.html.
 */
export const spark: Platform = {
  id: 'spark',
  name: 'iFLYTEK Spark',
  endpoints: [
    {
      protocol: 'openai-chat',
      baseUrl: 'https://spark-api-open.xf-yun.com/v1',
      auth: 'bearer',
    },
  ],
  operations: {},
  // Roles are system, user, assistant and tool: https://www.xfyun.cn/doc/spark/HTTP调用文档.html
  quirks: () => ({ roles: { developer: 'system' } }),
  classify,
  keyOptional: false,
  keyUrl: KEYS,
  listsModels: false,
  models: modelsOf('spark'),
};

/**
 * The deep reasoning models of Spark (X1.5 and later): another address, and an APIPassword of their own.
 *
 * Source: https://www.xfyun.cn/doc/spark/X1http.html.
 */
export const sparkX: Platform = {
  id: 'spark-x',
  name: 'iFLYTEK Spark X',
  endpoints: [
    {
      protocol: 'openai-chat',
      baseUrl: 'https://spark-api-open.xf-yun.com/v2',
      auth: 'bearer',
    },
  ],
  operations: {},
  quirks: sparkXQuirks,
  classify,
  keyOptional: false,
  keyUrl: KEYS,
  listsModels: false,
  models: modelsOf('spark-x'),
};

/** Source: https://www.xfyun.cn/doc/spark/X1http.html */
function sparkXQuirks(): Quirks {
  return { reasoning: switches, roles: { developer: 'system' } };
}

/** `thinking.type` says whether to think: enabled, disabled, or auto, which leaves it to the model. */
function switches({ effort, budgetTokens }: Reasoning): Record<string, unknown> {
  if (effort === null && budgetTokens === null) return {};
  if (effort === 'none' || budgetTokens === 0) return { thinking: { type: 'disabled' } };
  const auto = effort === null && budgetTokens !== null && budgetTokens < 0;
  return { thinking: { type: auto ? 'auto' : 'enabled' } };
}
