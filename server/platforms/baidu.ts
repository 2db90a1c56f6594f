import { byCode } from './by-code.ts';
import { modelsOf } from './catalogue/index.ts';
import { openaiOperations } from './openai-operations.ts';
import type { Platform } from './platform.ts';
import type { Quirks, Reasoning } from './quirks.ts';

const BASE = 'https://qianfan.baidubce.com/v2';

/**
 * A 401 is also a model that this account may not use: that says nothing of its key.
 * Sources: https://cloud.baidu.com/doc/qianfan-api/s/Om9b4yj3w,
 * https://ai.baidu.com/ai-doc/WENXINWORKSHOP/Cm2y4d5ha; numbers
 * https://ai.baidu.com/ai-doc/WENXINWORKSHOP/tlmyncueh
 */
const classify = byCode({
  invalid_model: 'request',
  no_parameter_permission: 'request',
  invalid_iam_token: 'credential',
  rpm_rate_limit_exceeded: { kind: 'burst', scope: 'model' },
  tpm_rate_limit_exceeded: { kind: 'burst', scope: 'model' },
  BILLING_INSUFFICIENT_BALANCE: 'quota',
  'QUOTA_USER_DAILY*': 'quota',
  '4': 'server',
  '17': 'quota',
  '18': 'burst',
  '19': 'quota',
  '336501': { kind: 'burst', scope: 'model' },
  '336502': { kind: 'burst', scope: 'model' },
});

/**
 * Baidu Qianfan (千帆, ERNIE models), inference API v2.
 *
 * Sources: endpoint https://cloud.baidu.com/doc/WENXINWORKSHOP/s/2m3fihw8s, what else it has
 * (images, embeddings, reranking) https://ai.baidu.com/ai-doc/WENXINWORKSHOP/em4tsqo3v, model list
 * https://cloud.baidu.com/doc/qianfan-api/s/Dmba8k71y, models
 * https://cloud.baidu.com/doc/qianfan/s/rmh4stp0j.
 */
export const baidu: Platform = {
  id: 'baidu',
  name: 'Baidu Qianfan',
  endpoints: [{ protocol: 'openai-chat', baseUrl: BASE, auth: 'bearer' }],
  operations: openaiOperations(BASE, 'embeddings', 'images', 'rerank'),
  quirks,
  classify,
  keyOptional: false,
  keyUrl: 'https://console.bce.baidu.com/iam/#/iam/apikey/list',
  listsModels: true,
  models: modelsOf('baidu'),
};

function quirks(model: string): Quirks {
  return {
    reasoning: (wish) => switches(model, wish),
    // The first message is the user's or the only system message, and users and models take turns:
    // https://cloud.baidu.com/doc/qianfan-api/s/3m7of64lb
    roles: { developer: 'system' },
    oneSystemFirst: true,
  };
}

/** Models with `enable_thinking`. */
const BY_FLAG = /^(qwen3-|ernie-4\.5-(turbo-)?vl|ernie-5\.0-thinking)/;
/** Models of other makers, with `thinking.type`. */
const BY_TYPE = /^(deepseek-v3\.[12]|kimi-k2\.5|glm-5$|glm-4\.7)/;

/** Source: https://cloud.baidu.com/doc/qianfan-docs/s/Wm95lyynv */
function switches(model: string, { effort, budgetTokens }: Reasoning): Record<string, unknown> {
  if (effort === null && budgetTokens === null) return {};
  const on = effort !== 'none' && budgetTokens !== 0;
  if (BY_FLAG.test(model)) return { enable_thinking: on };
  if (BY_TYPE.test(model)) return { thinking: { type: on ? 'enabled' : 'disabled' } };
  return {};
}
