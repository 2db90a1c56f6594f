import type { Protocol } from '#shared/schemas/platforms.ts';

const LONGEST_NAME = 200;
const MAX_MODELS = 5_000;

/** How a protocol's own list of models is asked for: path below the base URL, and headers. */
type ModelListRequest = { path: string; headers: Readonly<Record<string, string>> };

/**
 * The request for a platform's models, in one page as long as the protocol allows. Sources: OpenAI
 * https://developers.openai.com/api/reference/resources/models, Anthropic
 * https://docs.claude.com/en/api/models-list (limit at most 1,000), Gemini
 * https://ai.google.dev/api/models#method:-models.list (pageSize at most 1,000).
 */
export function modelListRequest(protocol: Protocol): ModelListRequest {
  switch (protocol) {
    case 'anthropic-messages':
      return { path: '/models?limit=1000', headers: { 'anthropic-version': '2023-06-01' } };
    case 'gemini':
      return { path: '/models?pageSize=1000', headers: {} };
    default:
      return { path: '/models', headers: {} };
  }
}

/**
 * The names in a list of models, sorted, whichever protocol's it is (`data[].id`, or Gemini's
 * `models[].name`); null when it is none. Entries a platform marks as shut down are left out.
 */
export function modelsIn(list: unknown): string[] | null {
  const entries = isRecord(list) ? (list['data'] ?? list['models']) : list;
  if (!Array.isArray(entries)) return null;
  const names = new Set<string>();
  for (const entry of entries as unknown[]) {
    const name = nameOf(entry);
    if (name === null) continue;
    names.add(name);
    if (names.size === MAX_MODELS) break;
  }
  return [...names].sort();
}

function nameOf(entry: unknown): string | null {
  if (!isRecord(entry) || entry['status'] === 'Shutdown') return null;
  // Gemini writes `models/gemini-…` and takes the name without it as well.
  const name = entry['id'] ?? String(entry['name'] ?? '').replace(/^models\//, '');
  return typeof name === 'string' && name !== '' && name.length <= LONGEST_NAME ? name : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
