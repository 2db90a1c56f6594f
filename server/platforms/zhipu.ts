import { byCode } from './by-code.ts';
import { modelsOf } from './catalogue/index.ts';
import { openaiOperations } from './openai-operations.ts';
import type { Platform } from './platform.ts';
import type { Quirks, Reasoning } from './quirks.ts';

const BASE = 'https://open.bigmodel.cn/api/paas/v4';

/** Sources: https://docs.bigmodel.cn/cn/api/api-code, https://docs.bigmodel.cn/cn/faq/api-code */
const classify = byCode({
  '1000': 'credential',
  '1001': 'credential',
  '1002': 'credential',
  '1003': 'credential',
  '1004': 'credential',
  '1110': 'forbidden',
  '1111': 'forbidden',
  '1112': 'forbidden',
  '1113': 'quota',
  '1120': 'server',
  '1121': 'forbidden',
  '1234': 'server',
  '1301': 'request',
  '1302': 'burst',
  '1303': 'burst',
  '1304': { kind: 'quota', scope: 'model' },
  '1305': { kind: 'server' },
  '1308': 'quota',
  '1309': 'quota',
  '1310': 'quota',
  '1311': 'request',
  '1312': 'server',
  '1313': 'burst',
});

/**
 * Zhipu AI open platform (智谱, GLM models). Its model list answers, though the reference leaves it out.
 *
 * Sources: chat https://docs.bigmodel.cn/cn/guide/develop/openai/introduction, messages
 * https://docs.bigmodel.cn/cn/guide/develop/claude/introduction, embeddings, images, audio and
 * reranking https://docs.bigmodel.cn/openapi/openapi-en.json, models
 * https://docs.bigmodel.cn/cn/guide/start/model-overview.
 */
export const zhipu: Platform = {
  id: 'zhipu',
  name: 'Zhipu AI',
  endpoints: [
    { protocol: 'openai-chat', baseUrl: BASE, auth: 'bearer' },
    {
      protocol: 'anthropic-messages',
      baseUrl: 'https://open.bigmodel.cn/api/anthropic/v1',
      auth: 'x-api-key',
    },
  ],
  operations: openaiOperations(BASE, 'embeddings', 'images', 'transcription', 'rerank'),
  quirks,
  classify,
  keyOptional: false,
  keyUrl: 'https://bigmodel.cn/usercenter/proj-mgmt/apikeys',
  listsModels: true,
  models: modelsOf('zhipu'),
};

function quirks(model: string): Quirks {
  return {
    reasoning: (wish) => switches(model, wish),
    // Roles are system, user, assistant and tool; temperature and top_p have these ranges:
    // https://docs.bigmodel.cn/openapi/openapi-en.json
    roles: { developer: 'system' },
    ranges: { temperature: [0, 1], top_p: [0.01, 1] },
    // Reasoning between tool calls is taken back: https://docs.z.ai/guides/capabilities/thinking-mode
    ...(thinks(model) && { keepsThoughts: true }),
  };
}

/** GLM 4.5 and later. */
function thinks(model: string): boolean {
  return /^glm-(4\.[5-9]|[5-9])/.test(model);
}

/**
 * `thinking.type` is a switch from GLM-4.5 on, `reasoning_effort` there is from GLM-5.2 on, and
 * GLM-5.3 cannot stop thinking: of the efforts it knows low, high and max.
 * Sources: https://docs.bigmodel.cn/cn/guide/capabilities/thinking,
 * https://dev.to/aihubmix/glm-53-api-guide-always-on-thinking-3-effort-levels-and-the-support-matrix-1d8e
 */
function switches(model: string, { effort, budgetTokens }: Reasoning): Record<string, unknown> {
  if (!thinks(model)) return {};
  const off = effort === 'none' || budgetTokens === 0;
  if (model.startsWith('glm-5.3')) {
    if (off) return { reasoning_effort: 'low' };
    return effort === null ? {} : { reasoning_effort: LEVELS_5_3[effort] };
  }
  if (off) return { thinking: { type: 'disabled' } };
  if (effort === null && budgetTokens === null) return {};
  const level = model.startsWith('glm-5.2') && effort !== null ? { reasoning_effort: effort } : {};
  return { thinking: { type: 'enabled' }, ...level };
}

const LEVELS_5_3 = {
  none: 'low',
  minimal: 'low',
  low: 'low',
  medium: 'high',
  high: 'high',
  xhigh: 'max',
  max: 'max',
} as const;
