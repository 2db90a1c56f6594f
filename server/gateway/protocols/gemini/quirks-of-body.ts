import type { Quirks } from '../../../platforms/quirks.ts';
import { isObject } from '../body.ts';
import { camelCase } from './camel-case.ts';

/** What a body for a platform must change: members in place of what is there; undefined = none. */
export type Minded = { changes: Map<string, unknown>; dropped: string[] };

/**
 * The platform's quirks applied to a body in Google's words. Quirks name members in camelCase, those
 * of an object with a dot: `safetySettings`, `generationConfig.topK`.
 */
export function mindQuirks(json: Record<string, unknown>, quirks: Quirks): Minded {
  const minded: Minded = { changes: new Map(), dropped: [] };
  for (const path of quirks.lacks ?? []) {
    if (change(json, minded.changes, path, () => undefined)) minded.dropped.push(path);
  }
  for (const [path, [least, most]] of Object.entries(quirks.ranges ?? {})) {
    change(json, minded.changes, path, (value) =>
      typeof value === 'number' ? Math.min(Math.max(value, least), most) : value,
    );
  }
  return minded;
}

/** True when the member was there. */
function change(
  json: Record<string, unknown>,
  changes: Map<string, unknown>,
  path: string,
  to: (value: unknown) => unknown,
): boolean {
  const [outer = '', inner] = path.split('.');
  const name = nameIn(json, outer);
  if (name === undefined) return false;
  const value = changes.has(name) ? changes.get(name) : json[name];
  if (inner === undefined) return put(changes, name, value, to(value));
  if (!isObject(value)) return false;
  const member = nameIn(value, inner);
  if (member === undefined) return false;
  const { [member]: before, ...others } = value;
  const after = to(before);
  if (after !== before)
    changes.set(name, after === undefined ? others : { ...value, [member]: after });
  return true;
}

function put(changes: Map<string, unknown>, name: string, before: unknown, after: unknown): true {
  if (after !== before) changes.set(name, after);
  return true;
}

/** The member's name as it is spelled here. */
function nameIn(json: Record<string, unknown>, name: string): string | undefined {
  return Object.keys(json).find((key) => camelCase(key) === name);
}
