import { isObject, tryParseObject } from './body.ts';
import type { Dialogue, JsonSchema, Tool } from './dialogue.ts';

/*
 * Tools that take free text, for protocols that know none: as functions with one text argument.
 */

type CustomTool = Extract<Tool, { kind: 'custom' }>;

const INPUT: JsonSchema = {
  type: 'object',
  properties: { input: { type: 'string' } },
  required: ['input'],
  additionalProperties: false,
};

/** The function that stands for a tool of free text; a grammar is told in its description. */
export function asFunction(tool: CustomTool): Extract<Tool, { kind: 'function' }> {
  const said = [tool.description, grammarText(tool.grammar)].filter((it) => it !== null);
  return {
    kind: 'function',
    name: tool.name,
    description: said.length > 0 ? said.join('\n\n') : null,
    schema: INPUT,
    strict: null,
    cache: null,
  };
}

/** Names of the tools of free text. */
export function customNames({ tools }: Pick<Dialogue, 'tools'>): ReadonlySet<string> {
  return new Set(tools.flatMap((tool) => (tool.kind === 'custom' ? [tool.name] : [])));
}

/** Free text as the arguments of the function that stands for the tool. */
export function wrapInput(input: string): string {
  return JSON.stringify({ input });
}

/** The free text in such arguments; arguments of any other form come back as they are. */
export function unwrapInput(args: string): string {
  const input = tryParseObject(args)?.['input'];
  return typeof input === 'string' ? input : args;
}

/** Chat puts the grammar into a member of its own, Responses beside the type. */
function grammarText(format: unknown): string | null {
  if (!isObject(format)) return null;
  const grammar = isObject(format['grammar']) ? format['grammar'] : format;
  const { definition, syntax } = grammar as Record<'definition' | 'syntax', unknown>;
  if (typeof definition !== 'string') return null;
  const kind = typeof syntax === 'string' ? ` (${syntax})` : '';
  return `\`input\` must follow this grammar${kind}:\n${definition}`;
}
