type Schema = Record<string, unknown>;

const DEEPEST = 8;
const FORMATS: ReadonlyMap<string, string> = new Map([
  ['date', '2026-01-01'],
  ['time', '12:00:00Z'],
  ['date-time', '2026-01-01T12:00:00Z'],
  ['email', 'ada@example.com'],
  ['uri', 'https://example.com/'],
  ['uuid', '00000000-0000-4000-8000-000000000000'],
]);

/** A value that fits a JSON schema's plain parts: what a model might have written. */
export function exampleValue(schema: unknown, root: unknown = schema, depth = 0): unknown {
  if (!isSchema(schema) || depth > DEEPEST) return null;
  for (const name of ['const', 'default'] as const) if (name in schema) return schema[name];
  const chosen = firstOf(schema['enum']) ?? firstOf(schema['examples']);
  if (chosen !== undefined) return chosen;
  const other = referred(schema, root) ?? firstOf(schema['anyOf']) ?? firstOf(schema['oneOf']);
  if (other !== undefined) return exampleValue(other, root, depth + 1);
  return byType(schema, root, depth);
}

function byType(schema: Schema, root: unknown, depth: number): unknown {
  const type = firstOf(schema['type']) ?? schema['type'];
  switch (type) {
    case 'string':
      return exampleText(schema);
    case 'integer':
    case 'number':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 1;
    case 'boolean':
      return true;
    case 'array':
      return isSchema(schema['items']) ? [exampleValue(schema['items'], root, depth + 1)] : [];
    case 'null':
      return null;
    default:
      return exampleObject(schema, root, depth);
  }
}

function exampleObject(schema: Schema, root: unknown, depth: number): Schema {
  const properties = isSchema(schema['properties']) ? schema['properties'] : {};
  return Object.fromEntries(
    Object.entries(properties).map(([name, part]) => [name, exampleValue(part, root, depth + 1)]),
  );
}

function exampleText(schema: Schema): string {
  const format = schema['format'];
  const text = (typeof format === 'string' ? FORMATS.get(format) : undefined) ?? 'text';
  const shortest = schema['minLength'];
  const longest = schema['maxLength'];
  const padded = typeof shortest === 'number' ? text.padEnd(Math.min(shortest, 1_000), 'x') : text;
  return typeof longest === 'number' ? padded.slice(0, longest) : padded;
}

/** What a local `$ref` such as `#/$defs/Place` names. */
function referred(schema: Schema, root: unknown): unknown {
  const ref = schema['$ref'];
  if (typeof ref !== 'string' || !ref.startsWith('#/')) return undefined;
  let found: unknown = root;
  for (const step of ref.slice(2).split('/')) {
    if (!isSchema(found) || !Object.hasOwn(found, step)) return undefined;
    found = found[step];
  }
  return found;
}

function firstOf(list: unknown): unknown {
  return Array.isArray(list) ? list[0] : undefined;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
