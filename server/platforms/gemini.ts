import { z } from 'zod';
import { startOfNextDay } from '../infra/zone.ts';
import { modelsOf } from './catalogue/index.ts';
import { openaiOperations } from './openai-operations.ts';
import type { Judgement, Platform, UpstreamFailure } from './platform.ts';
import type { Quirks } from './quirks.ts';
import { readReset } from './reported-limits.ts';

const BASE = 'https://generativelanguage.googleapis.com/v1beta';
const COMPATIBLE = `${BASE}/openai`;

/**
 * Google Gemini by its own API, and by its OpenAI-compatible one for clients that speak that.
 *
 * Sources: own API and model list https://ai.google.dev/api, compatible API with embeddings and
 * images https://ai.google.dev/gemini-api/docs/openai, models
 * https://ai.google.dev/gemini-api/docs/models.
 */
export const gemini: Platform = {
  id: 'gemini',
  name: 'Google Gemini',
  endpoints: [
    { protocol: 'gemini', baseUrl: BASE, auth: 'x-goog-api-key' },
    { protocol: 'openai-chat', baseUrl: COMPATIBLE, auth: 'bearer' },
  ],
  operations: openaiOperations(COMPATIBLE, 'embeddings', 'images'),
  quirks,
  classify,
  keyOptional: false,
  keyUrl: 'https://aistudio.google.com/apikey',
  termsUrl: 'https://ai.google.dev/gemini-api/terms',
  listsModels: true,
  models: modelsOf('gemini'),
};

/**
 * Gemini 2 knows a budget of thought, Gemini 3 and later levels, and neither knows the other.
 * Source: https://ai.google.dev/gemini-api/docs/thinking
 */
function quirks(model: string): Quirks {
  return { thinkingBy: /^(models\/)?gemini-2\./.test(model) ? 'budget' : 'level' };
}

/** Google's days begin at midnight there: https://ai.google.dev/gemini-api/docs/rate-limits */
const PACIFIC = 'America/Los_Angeles';

const Details = z.object({
  error: z.object({
    details: z.array(
      z.looseObject({
        reason: z.string().optional().catch(undefined),
        retryDelay: z.string().optional().catch(undefined),
        violations: z
          .array(z.looseObject({ quotaId: z.string().catch('') }))
          .optional()
          .catch(undefined),
      }),
    ),
  }),
});

/**
 * A refused key is a 400. Quotas are counted by model, and their ids tell those of a day from those of a minute.
 * Sources: https://ai.google.dev/gemini-api/docs/troubleshooting, https://ai.google.dev/gemini-api/docs/rate-limits,
 * details https://google.aip.dev/193
 */
function classify({ body, codes }: UpstreamFailure, now: number): Judgement | null {
  const read = Details.safeParse(Array.isArray(body) ? body[0] : body);
  const details = read.data?.error.details ?? [];
  if (details.some(({ reason }) => reason === 'API_KEY_INVALID')) return { kind: 'credential' };
  if (!codes.includes('RESOURCE_EXHAUSTED')) return null;
  const quotas = details.flatMap(({ violations }) => violations ?? []);
  if (quotas.some(({ quotaId }) => quotaId.includes('PerDay'))) {
    return { kind: 'quota', scope: 'model', returnsAt: startOfNextDay(now, PACIFIC) };
  }
  const delay = details.find(({ retryDelay }) => retryDelay !== undefined)?.retryDelay;
  const returnsAt = delay === undefined ? null : readReset(delay, now);
  return { kind: 'burst', scope: 'model', ...(returnsAt !== null && { returnsAt }) };
}
