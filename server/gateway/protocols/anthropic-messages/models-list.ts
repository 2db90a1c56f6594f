import { AppError } from '#shared/errors.ts';

/** A model that clients may ask for; `createdAt` in epoch seconds. */
export type ListedModel = { name: string; createdAt: number };

const DEFAULT_LIMIT = 20;
const MOST = 1_000;

/** One model in Anthropic's shape. Source: https://platform.claude.com/docs/en/api/models/retrieve */
export function anthropicModel({ name, createdAt }: ListedModel) {
  const created_at = new Date(createdAt * 1000).toISOString();
  return { type: 'model', id: name, display_name: name, created_at };
}

/**
 * A page of models, the newest first, as `after_id`, `before_id` and `limit` ask for.
 * Source: https://platform.claude.com/docs/en/api/models/list
 * @throws AppError bad_request for a limit out of range or a cursor that names no model.
 */
export function anthropicModels(models: readonly ListedModel[], query: URLSearchParams) {
  const limit = readLimit(query.get('limit'));
  const sorted = models.toSorted((a, b) => b.createdAt - a.createdAt || (a.name < b.name ? -1 : 1));
  const place = (param: string) => indexOf(sorted, query.get(param), param);
  const before = place('before_id');
  const after = place('after_id');
  const from = before === null ? (after ?? -1) + 1 : Math.max(0, before - limit);
  const to = before ?? Math.min(sorted.length, from + limit);
  const data = sorted.slice(from, to).map(anthropicModel);
  return {
    data,
    has_more: before === null ? to < sorted.length : from > 0,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}

function readLimit(text: string | null): number {
  if (text === null) return DEFAULT_LIMIT;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST) return limit;
  throw new AppError('bad_request', `limit: a whole number from 1 to ${MOST}.`, { param: 'limit' });
}

function indexOf(models: readonly ListedModel[], name: string | null, param: string) {
  if (name === null) return null;
  const index = models.findIndex((model) => model.name === name);
  if (index >= 0) return index;
  throw new AppError('bad_request', `${param}: there is no model of this name.`, { param });
}
