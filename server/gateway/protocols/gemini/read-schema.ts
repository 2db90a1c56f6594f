import { isObject } from '../body.ts';
import type { JsonSchema } from '../dialogue.ts';

/** Numbers that Google writes as text, as it does with everything of 64 bits. */
const COUNTS: ReadonlySet<string> = new Set([
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
]);

/**
 * A schema in Google's own dialect (types in capitals, `nullable`) as JSON schema. What is JSON
 * schema already stays as it is. Source: https://ai.google.dev/api/caching#Schema
 */
export function readSchema(schema: Record<string, unknown>): JsonSchema {
  const entries = Object.entries(schema).flatMap(([name, value]) => readMember(name, value));
  return nullable(Object.fromEntries(entries), schema['nullable'] === true);
}

function readMember(name: string, value: unknown): [string, unknown][] {
  switch (name) {
    case 'nullable':
    // Order of members: Google's own, and no matter of what is valid.
    case 'propertyOrdering':
      return [];
    case 'type':
      return typeOf(value);
    case 'example':
      return [['examples', [value]]];
    case 'properties':
      return [[name, eachMember(value)]];
    case 'items':
    case 'anyOf':
      return [[name, readNested(value)]];
    default:
      return [[name, COUNTS.has(name) ? figure(value) : value]];
  }
}

function typeOf(value: unknown): [string, unknown][] {
  if (typeof value !== 'string') return [['type', value]];
  return value === 'TYPE_UNSPECIFIED' ? [] : [['type', value.toLowerCase()]];
}

function eachMember(value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, readNested(it)]));
}

function readNested(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readNested);
  return isObject(value) ? readSchema(value) : value;
}

function figure(value: unknown): unknown {
  if (typeof value !== 'string' || value === '') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function nullable(schema: JsonSchema, isNullable: boolean): JsonSchema {
  if (!isNullable) return schema;
  const { type, enum: values, anyOf } = schema;
  return {
    ...schema,
    ...(typeof type === 'string' ? { type: [type, 'null'] } : {}),
    ...(Array.isArray(values) ? { enum: [...values, null] } : {}),
    ...(type === undefined && Array.isArray(anyOf) ? { anyOf: [...anyOf, { type: 'null' }] } : {}),
  };
}
