import { byCode } from './by-code.ts';
import { modelsOf } from './catalogue/index.ts';
import { openaiOperations } from './openai-operations.ts';
import type { Platform } from './platform.ts';
import type { Quirks, Reasoning } from './quirks.ts';

const BASE = 'https://ark.cn-beijing.volces.com/api/v3';

/** Limits and trials are a model's own. Source: https://www.volcengine.com/docs/82379/1299023 */
const classify = byCode({
  AccountOverdueError: 'quota',
  AuthenticationError: 'credential',
  InvalidSubscription: 'quota',
  QuotaExceeded: { kind: 'quota', scope: 'model' },
  SetLimitExceeded: { kind: 'quota', scope: 'model' },
  'RateLimitExceeded*': { kind: 'burst', scope: 'model' },
  'ModelAccount*': { kind: 'burst', scope: 'model' },
  AccountRateLimitExceeded: 'burst',
  ServerOverloaded: 'server',
});

/**
 * Doubao on Volcengine Ark (火山方舟), region Beijing. A model must be switched on in Ark's console before
 * it answers; the list also names models that were shut down.
 *
 * Sources: chat https://www.volcengine.com/docs/82379/1494384, responses
 * https://www.volcengine.com/docs/82379/1569618, images
 * https://www.volcengine.com/docs/82379/1541523, embeddings
 * https://www.volcengine.com/docs/82379/1521766, models
 * https://www.volcengine.com/docs/82379/1330310.
 */
export const doubao: Platform = {
  id: 'doubao',
  name: 'Doubao (Volcengine Ark)',
  endpoints: [
    { protocol: 'openai-chat', baseUrl: BASE, auth: 'bearer' },
    { protocol: 'openai-responses', baseUrl: BASE, auth: 'bearer' },
  ],
  operations: openaiOperations(BASE, 'embeddings', 'images'),
  quirks,
  classify,
  keyOptional: false,
  keyUrl: 'https://console.volcengine.com/ark/region:ark+cn-beijing/apikey',
  listsModels: true,
  models: modelsOf('doubao'),
};

function quirks(model: string): Quirks {
  return {
    reasoning: (wish) => switches(model, wish),
    // Roles are system, user, assistant and tool: https://www.volcengine.com/docs/82379/1494384
    roles: { developer: 'system' },
  };
}

/** Doubao Seed 1.8 and later know how much to think, not only whether. */
const HAS_EFFORT = /^doubao-seed-(1-8|[2-9])/;

/**
 * `thinking.type` switches; `reasoning_effort` goes from minimal (none) to high.
 * Source: https://www.volcengine.com/docs/82379/1449737
 */
function switches(model: string, { effort, budgetTokens }: Reasoning): Record<string, unknown> {
  if (effort === 'none' || effort === 'minimal' || budgetTokens === 0) {
    return { thinking: { type: 'disabled' } };
  }
  if (effort === null && budgetTokens === null) return {};
  const level =
    HAS_EFFORT.test(model) && effort !== null ? { reasoning_effort: LEVELS[effort] } : {};
  return { thinking: { type: 'enabled' }, ...level };
}

const LEVELS = { low: 'low', medium: 'medium', high: 'high', xhigh: 'high', max: 'high' } as const;
