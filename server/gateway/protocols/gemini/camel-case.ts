import { AppError } from '#shared/errors.ts';

/**
 * Google reads every member of its own messages in camelCase and in snake_case alike. This makes a
 * copy in camelCase, for reading; what is forwarded stays as it came. Members that hold the client's
 * own JSON (arguments, results, JSON schemas, labels) keep their names.
 * Source: https://protobuf.dev/programming-guides/json/
 */

const OWN_JSON: ReadonlySet<string> = new Set([
  'args',
  'response',
  'parametersJsonSchema',
  'responseJsonSchema',
  'labels',
  'partMetadata',
  'default',
  'example',
]);

/** Protocol buffers refuse more than 100; clients' own JSON may go deeper than their messages. */
const DEEPEST = 300;

/** `snake_case` as `camelCase`. */
export function camelCase(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** @throws AppError bad_request when it is nested too deeply. */
export function inCamelCase(json: unknown): unknown {
  return copy(json, 'message', 0);
}

/** `map`: the names are the client's own, the values are Google's messages. */
type Kind = 'message' | 'map' | 'own';

function copy(json: unknown, kind: Kind, depth: number): unknown {
  if (typeof json !== 'object' || json === null) return json;
  if (depth > DEEPEST) throw new AppError('bad_request', 'The body is nested too deeply.');
  if (Array.isArray(json)) return json.map((element) => copy(element, kind, depth + 1));
  // NOTE: fromEntries defines members, so that `__proto__` in a body is a member like any other.
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      const said = kind === 'message' ? camelCase(name) : name;
      return [said, copy(value, kindOf(said, kind), depth + 1)];
    }),
  );
}

function kindOf(name: string, parent: Kind): Kind {
  if (parent === 'own') return 'own';
  if (parent === 'map') return 'message';
  if (OWN_JSON.has(name)) return 'own';
  return name === 'properties' ? 'map' : 'message';
}
