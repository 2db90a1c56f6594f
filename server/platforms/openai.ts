import { modelsOf } from './catalogue/index.ts';
import { openaiOperations } from './openai-operations.ts';
import type { Judgement, Platform, UpstreamFailure } from './platform.ts';
import type { Quirks } from './quirks.ts';

const BASE = 'https://api.openai.com/v1';

/**
 * OpenAI. Its own APIs are the protocols that others imitate. Responses come first, because newer
 * models call functions while they reason there and nowhere else
 * (https://developers.openai.com/api/docs/models/gpt-6-sol).
 *
 * Sources: responses https://developers.openai.com/api/reference/resources/responses, chat
 * https://developers.openai.com/api/reference/resources/chat, model list
 * https://developers.openai.com/api/reference/resources/models, embeddings, images and audio
 * https://developers.openai.com/api/reference, models https://developers.openai.com/docs/models.
 */
export const openai: Platform = {
  id: 'openai',
  name: 'OpenAI',
  endpoints: [
    { protocol: 'openai-responses', baseUrl: BASE, auth: 'bearer' },
    { protocol: 'openai-chat', baseUrl: BASE, auth: 'bearer' },
  ],
  operations: openaiOperations(
    BASE,
    'embeddings',
    'images',
    'speech',
    'transcription',
    'translation',
  ),
  quirks,
  quotaGroup,
  classify,
  keyOptional: false,
  keyUrl: 'https://platform.openai.com/api-keys',
  termsUrl: 'https://openai.com/policies/row-terms-of-use/',
  listsModels: true,
  models: modelsOf('openai'),
};

const SNAPSHOT = /-\d{4}-\d{2}-\d{2}$/;

/**
 * The limits on a model's page are those of all its snapshots together. Which models share one
 * beyond that differs by organisation and is told in its own settings only.
 * Sources: https://developers.openai.com/api/docs/guides/rate-limits,
 * https://developers.openai.com/api/docs/models
 */
function quotaGroup(model: string): string {
  return model.replace(SNAPSHOT, '');
}

const O_SERIES = /^o[134](-|$)/;
/** The first GPT-5, which always reasons; later ones take sampling members when they do not. */
const FIRST_GPT_5 = /^gpt-5(-mini|-nano)?(-\d{4}-\d{2}-\d{2})?$/;

function quirks(model: string): Quirks {
  return {
    // max_tokens is deprecated, and refused by models that reason:
    // https://developers.openai.com/api/reference/resources/chat
    outputLimit: 'max_completion_tokens',
    ...(O_SERIES.test(model) && { lacks: notForOSeries(model) }),
    ...(FIRST_GPT_5.test(model) && { lacks: NOT_FOR_GPT_5 }),
  };
}

/**
 * o3 and o4-mini take no stop sequences either.
 * Sources: https://platform.openai.com/docs/guides/reasoning#limitations,
 * https://developers.openai.com/api/reference/resources/chat (`stop`)
 */
function notForOSeries(model: string): readonly string[] {
  return model.startsWith('o1') ? NOT_FOR_O_SERIES : [...NOT_FOR_O_SERIES, 'stop'];
}

const NOT_FOR_O_SERIES = [
  'temperature',
  'top_p',
  'presence_penalty',
  'frequency_penalty',
  'logprobs',
  'top_logprobs',
  'logit_bias',
];

/** Source: https://developers.openai.com/api/docs/guides/latest-model#gpt-54-parameter-compatibility */
const NOT_FOR_GPT_5 = ['temperature', 'top_p', 'logprobs', 'top_logprobs'];

/**
 * Limits of a day are told apart in words only, and counted by model.
 * Sources: https://developers.openai.com/api/docs/guides/error-codes,
 * https://developers.openai.com/api/docs/guides/rate-limits
 */
function classify({ codes, message }: UpstreamFailure): Judgement | null {
  if (!codes.includes('rate_limit_exceeded')) return null;
  return /per day \([RT]PD\)/.test(message)
    ? { kind: 'quota', scope: 'model' }
    : { kind: 'burst', scope: 'model' };
}
