import type { createDocument } from 'zod-openapi';

type Document = ReturnType<typeof createDocument>;
type Schema = Record<string, unknown>;
type Operation = {
  summary?: string;
  description?: string;
  tags?: string[];
  security?: Record<string, unknown>[];
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema }[];
  requestBody?: { required?: boolean; content?: Content };
  responses?: Record<string, { description?: string; content?: Content }>;
};
type Content = Record<string, { schema?: Schema }>;
type Told = { method: string; path: string; operation: Operation };

/** Where names lead, and those that are being told. */
type Look = { schemas: Record<string, Schema>; open: readonly string[] };

/** Deeper than anything we describe; beyond it only the kind is told. */
const DEEPEST = 6;

export const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d8dce3, #3a3f47); --soft: light-dark(#f5f6f8, #23262b);
  --dim: light-dark(#5a6270, #a3abb8); --link: light-dark(#1a5fb4, #7db4f5); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem; font: 16px/1.5 system-ui, sans-serif;
  background: light-dark(#fff, #1a1c20); color: light-dark(#1b1f26, #e6e9ee); overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
h3 { font-size: .95rem; margin: 1rem 0 .25rem; } p { margin: .25rem 0; } a { color: var(--link); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; padding: 0; margin: 1rem 0 0; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0; }
summary { display: flex; flex-wrap: wrap; gap: .15rem .75rem; align-items: baseline; padding: .5rem .75rem; cursor: pointer; }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
details[open] > summary { border-bottom: 1px solid var(--line); background: var(--soft); }
details > div { padding: .25rem .75rem .75rem; }
code, pre { font: .85rem/1.5 ui-monospace, monospace; }
.method { font-weight: 700; min-width: 3.6rem; } .dim { color: var(--dim); font-size: .9rem; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .6rem; margin: .25rem 0; overflow-x: auto; }
`;

/** One page without any script: every route by heading, folded, in the reader's light or dark. */
export function docsPage(document: Document): string {
  const groups = groupsOf(document);
  const schemas = (document.components?.schemas ?? {}) as Record<string, Schema>;
  const links = [...groups.keys()].map(
    (tag, at) => `<li><a href="#group-${at}">${html(tag)}</a></li>`,
  );
  const sections = [...groups].map(
    ([tag, told], at) =>
      `<section id="group-${at}"><h2>${html(tag)}</h2>${told.map((one) => routeOf(one, schemas)).join('')}</section>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(document.info.title)} API</title><style>${STYLE}</style></head><body>
<header><h1>${html(document.info.title)} API</h1>
<p class="dim">Version ${html(document.info.version)}. ${html(document.info.description ?? '')}</p>
<p><a href="/api/openapi.json">openapi.json</a></p></header>
<nav aria-label="Groups of routes"><ul>${links.join('')}</ul></nav>
<main>${sections.join('')}</main></body></html>`;
}

function groupsOf(document: Document): Map<string, Told[]> {
  const groups = new Map<string, Told[]>();
  for (const [path, methods] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(methods as Record<string, Operation>)) {
      const tag = operation.tags?.[0] ?? 'Others';
      const told = groups.get(tag) ?? [];
      told.push({ method: method.toUpperCase(), path, operation });
      groups.set(tag, told);
    }
  }
  return groups;
}

function routeOf({ method, operation, path }: Told, schemas: Record<string, Schema>): string {
  const parts = [
    operation.description && `<p>${html(operation.description)}</p>`,
    `<p class="dim">${html(credentialOf(operation))}</p>`,
    ...(operation.parameters ?? []).map(
      ({ in: place, name, required, schema }) =>
        `<p><code>${html(name)}</code> <span class="dim">in the ${html(place)}${required ? '' : ', optional'}: ${html(shapeOf(schema, { schemas, open: [] }, 1))}</span></p>`,
    ),
    operation.requestBody && shown('Body', operation.requestBody.content, schemas),
    ...Object.entries(operation.responses ?? {}).map(([status, { content, description }]) =>
      shown(`${status}: ${description ?? ''}`, content, schemas),
    ),
  ];
  return `<details><summary><code class="method">${html(method)}</code><code>${html(path)}</code>
<span class="dim">${html(operation.summary ?? '')}</span></summary><div>${parts.filter(Boolean).join('')}</div></details>`;
}

function credentialOf({ security = [] }: Operation): string {
  const kinds = security.flatMap((entry) => Object.keys(entry));
  const names = kinds.map((kind) => (kind === 'token' ? 'an access token' : 'an API key'));
  return names.length === 0
    ? 'Needs no credential.'
    : `Needs ${names.join(' or ')}: Authorization: Bearer …`;
}

function shown(title: string, content: Content | undefined, schemas: Record<string, Schema>) {
  const schema = content?.['application/json']?.schema;
  const shape = schema ? `<pre>${html(shapeOf(schema, { schemas, open: [] }, 0))}</pre>` : '';
  return `<h3>${html(title)}</h3>${shape}`;
}

/** A schema as people write such things down: `{ id: integer, name?: string }`. */
function shapeOf(schema: unknown, look: Look, depth: number): string {
  if (typeof schema !== 'object' || schema === null) return 'anything';
  const {
    $ref,
    anyOf,
    const: only,
    enum: choices,
    items,
    oneOf,
    properties,
    type,
  } = schema as Schema;
  if (depth > DEEPEST) return '…';
  if (typeof $ref === 'string') return namedOf($ref, look, depth);
  if (only !== undefined) return JSON.stringify(only);
  if (Array.isArray(choices)) return choices.map((choice) => JSON.stringify(choice)).join(' | ');
  const either = anyOf ?? oneOf;
  if (Array.isArray(either)) {
    return [...new Set(either.map((one) => shapeOf(one, look, depth)))].join(' | ');
  }
  if (items !== undefined) return listOf(shapeOf(items, look, depth));
  if (typeof properties === 'object' && properties !== null) {
    return objectOf(schema as Schema, look, depth);
  }
  return Array.isArray(type) ? type.join(' | ') : String(type ?? 'anything');
}

function namedOf(ref: string, look: Look, depth: number): string {
  const name = ref.slice('#/components/schemas/'.length);
  // Nobody named it: any JSON, which holds itself.
  if (name.startsWith('__')) return 'anything';
  // What holds itself is told once.
  if (look.open.includes(name)) return name;
  return shapeOf(look.schemas[name], { ...look, open: [...look.open, name] }, depth);
}

function listOf(each: string): string {
  return each.includes(' | ') && !each.startsWith('{') ? `(${each})[]` : `${each}[]`;
}

function objectOf(schema: Schema, look: Look, depth: number): string {
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  const pad = '  '.repeat(depth + 1);
  const members = Object.entries(schema['properties'] as Record<string, unknown>).map(
    ([name, member]) =>
      `${pad}${name}${required.has(name) ? '' : '?'}: ${shapeOf(member, look, depth + 1)}`,
  );
  return members.length === 0 ? '{}' : `{\n${members.join('\n')}\n${'  '.repeat(depth)}}`;
}

function html(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
