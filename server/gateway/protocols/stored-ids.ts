import { isObject } from './body.ts';

/** What is asked for lies no deeper than this in any protocol. */
const DEEPEST = 6;

/**
 * Texts that stand under one of these names, in a value or in what it holds, alone or in a list: the
 * ids of what lies in a platform's store. Each once.
 */
export function idsUnder(value: unknown, names: ReadonlySet<string>): string[] {
  return [
    ...new Set(textsUnder(value, '', 0).flatMap(([name, id]) => (names.has(name) ? id : []))),
  ];
}

/** All texts with the names they stand under. */
function textsUnder(value: unknown, name: string, depth: number): [name: string, text: string][] {
  if (typeof value === 'string') return [[name, value]];
  if (depth === DEEPEST) return [];
  if (Array.isArray(value)) return value.flatMap((each) => textsUnder(each, name, depth + 1));
  if (!isObject(value)) return [];
  return Object.keys(value).flatMap((key) => textsUnder(value[key], key, depth + 1));
}
