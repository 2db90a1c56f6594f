import { byCode } from './by-code.ts';
import { modelsOf } from './catalogue/index.ts';
import { openaiOperations } from './openai-operations.ts';
import type { Platform } from './platform.ts';
import type { Quirks, Reasoning } from './quirks.ts';

const HOST = 'https://dashscope.aliyuncs.com';
const COMPATIBLE = `${HOST}/compatible-mode/v1`;

/**
 * `insufficient_quota` is the limit of tokens in a minute here, not an empty purse.
 * Source: https://help.aliyun.com/zh/model-studio/error-code
 */
const classify = byCode({
  Arrearage: 'quota',
  PrepaidBillOverdue: 'quota',
  PostpaidBillOverdue: 'quota',
  CommodityNotPurchased: 'quota',
  'AllocationQuota.FreeTierOnly': { kind: 'quota', scope: 'model' },
  'Throttling*': { kind: 'burst', scope: 'model' },
  LimitRequests: { kind: 'burst', scope: 'model' },
  limit_requests: { kind: 'burst', scope: 'model' },
  limit_burst_rate: { kind: 'burst', scope: 'model' },
  insufficient_quota: { kind: 'burst', scope: 'model' },
  InvalidApiKey: 'credential',
  invalid_api_key: 'credential',
});

/**
 * Alibaba Cloud Model Studio (DashScope, 百炼), region Beijing, by the address that serves every workspace.
 * Other regions, and workspaces with an address of their own ({workspace}.cn-beijing.maas.aliyuncs.com),
 * are added by an admin as platforms of their own.
 *
 * Sources: chat https://help.aliyun.com/zh/model-studio/qwen-api-via-openai-chat-completions, messages
 * https://help.aliyun.com/zh/model-studio/anthropic-api-messages, responses
 * https://help.aliyun.com/zh/model-studio/compatibility-with-openai-responses-api, embeddings
 * https://help.aliyun.com/zh/model-studio/embedding-interfaces-compatible-with-openai, reranking
 * https://help.aliyun.com/zh/model-studio/text-rerank-api, keys
 * https://help.aliyun.com/zh/model-studio/get-api-key, models
 * https://help.aliyun.com/zh/model-studio/models.
 */
export const qwen: Platform = {
  id: 'qwen',
  name: 'Qwen',
  endpoints: [
    { protocol: 'openai-chat', baseUrl: COMPATIBLE, auth: 'bearer' },
    {
      protocol: 'openai-responses',
      baseUrl: `${HOST}/api/v2/apps/protocols/compatible-mode/v1`,
      auth: 'bearer',
    },
    {
      protocol: 'anthropic-messages',
      baseUrl: `${HOST}/apps/anthropic/v1`,
      auth: 'x-api-key',
    },
  ],
  operations: {
    ...openaiOperations(COMPATIBLE, 'embeddings'),
    rerank: { baseUrl: `${HOST}/compatible-api/v1`, path: '/reranks' },
  },
  quirks,
  classify,
  keyOptional: false,
  keyUrl: 'https://bailian.console.aliyun.com/?tab=model#/api-key',
  listsModels: true,
  models: modelsOf('qwen'),
};

/** Models that cannot stop thinking. */
const ONLY_THINKS = /^(qwq|qvq)-|-thinking/;
/** The open Qwen3 models think unless told otherwise, and only while they stream. */
const OPEN_QWEN3 = /^qwen3-(\d+(\.\d+)?b)(-a\d+b)?$/;

function quirks(model: string): Quirks {
  return {
    reasoning: (wish) => switches(model, wish),
    // Roles are system, user, assistant and tool:
    // https://help.aliyun.com/zh/model-studio/qwen-api-via-openai-chat-completions
    roles: { developer: 'system' },
    // "parameter.enable_thinking must be set to false for non-streaming calls":
    // https://help.aliyun.com/zh/model-studio/error-code
    ...(OPEN_QWEN3.test(model) && { unstreamed: { enable_thinking: false } }),
  };
}

/**
 * `enable_thinking` switches, `thinking_budget` limits; Qwen3.8 Max also takes an effort, though not
 * beside a budget.
 * Source: https://help.aliyun.com/zh/model-studio/deep-thinking
 */
function switches(model: string, { effort, budgetTokens }: Reasoning): Record<string, unknown> {
  const budget = budgetTokens !== null && budgetTokens > 0 ? { thinking_budget: budgetTokens } : {};
  if (ONLY_THINKS.test(model)) return budget;
  if (effort === 'none' || budgetTokens === 0) return { enable_thinking: false };
  if (effort === null && budgetTokens === null) return {};
  if (model.startsWith('qwen3.8-max') && effort !== null) {
    return { enable_thinking: true, reasoning_effort: MAX_EFFORTS[effort] };
  }
  return { enable_thinking: true, ...budget };
}

/** Qwen3.8 Max knows `low`, `medium` and `xhigh`; `none` is said by the switch. */
const MAX_EFFORTS = {
  none: 'low',
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'xhigh',
  xhigh: 'xhigh',
  max: 'xhigh',
} as const;
