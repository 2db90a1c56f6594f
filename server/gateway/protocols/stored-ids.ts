import { isObject } from './body.ts';

/** What lies in a platform's store, by the platform's id, and the member of the request that names it. */
export type StoredId = { id: string; param: string };

/** What lies no deeper than this is looked at in any protocol. */
const DEEPEST = 6;

/** Those of the values that are ids, as named by one member. */
export function storedAs(param: string, ids: readonly unknown[]): StoredId[] {
  return ids.flatMap((id) => (typeof id === 'string' ? [{ id, param }] : []));
}

/**
 * Texts that stand under one of these names, in a value or in what it holds, alone or in a list: the
 * ids of what lies in a platform's store.
 */
export function idsUnder(value: unknown, names: ReadonlySet<string>): StoredId[] {
  return textsUnder(value, '', 0).filter(({ param }) => names.has(param));
}

/** Each once, by the first member that names it. */
export function eachOnce(ids: readonly StoredId[]): StoredId[] {
  const first = new Map<string, StoredId>();
  for (const stored of ids) if (!first.has(stored.id)) first.set(stored.id, stored);
  return [...first.values()];
}

/** All texts with the names they stand under. */
function textsUnder(value: unknown, param: string, depth: number): StoredId[] {
  if (typeof value === 'string') return [{ id: value, param }];
  if (depth === DEEPEST) return [];
  if (Array.isArray(value)) return value.flatMap((each) => textsUnder(each, param, depth + 1));
  if (!isObject(value)) return [];
  return Object.keys(value).flatMap((key) => textsUnder(value[key], key, depth + 1));
}
