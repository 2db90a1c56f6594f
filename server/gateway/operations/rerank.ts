import { RerankRequest } from '#shared/wire/openai-operations.ts';
import { check, isObject, parseBody } from '../protocols/body.ts';
import type { Door } from '../request.ts';
import { NO_TOKENS } from '../tokens.ts';
import { forwardDoor, jsonWriter } from './forwarded.ts';
import { readTokens } from './metering.ts';
import { jsonPassage, type Metered } from './passages.ts';

/** Documents that Cohere counts as one search. */
const A_SEARCH = 100;

/**
 * Reranking: billed by tokens where the platform reports them, else by searches.
 * Sources: https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html#rerank-api,
 * https://docs.cohere.com/reference/rerank, https://jina.ai/reranker/
 */
export const rerankDoor: Door = forwardDoor('rerank', 'rerank', (call) => {
  const body = parseBody(call.body);
  const { model, query, documents } = check(RerankRequest, body.json);
  return {
    model,
    stream: false,
    maxOutputTokens: 0,
    mostUnits: { unit: 'search', amount: Math.ceil(documents.length / A_SEARCH) },
    promptTexts: () => [query, ...documents].map(textOf),
    write: jsonWriter(body),
    passage: jsonPassage(meter),
  };
});

function textOf(item: string | Record<string, unknown>): string {
  const text = typeof item === 'string' ? item : item['text'];
  return typeof text === 'string' ? text : '';
}

function meter(json: Record<string, unknown>): Metered | null {
  if (!Array.isArray(json['results'] ?? json['data'])) return null;
  const meta = isObject(json['meta']) ? json['meta'] : {};
  const usage = readTokens(json['usage']) ?? readTokens(meta['tokens']);
  if (usage) return { usage, units: null };
  return { usage: NO_TOKENS, units: { unit: 'search', amount: searchesIn(meta) } };
}

/** Some count by units of their own; see A_SEARCH. */
function searchesIn(meta: Record<string, unknown>): number {
  const billed = isObject(meta['billed_units']) ? meta['billed_units']['search_units'] : null;
  return typeof billed === 'number' && billed > 0 && billed < 1e6 ? billed : 1;
}
