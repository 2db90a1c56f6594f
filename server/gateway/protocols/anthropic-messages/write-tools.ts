import type { CacheMark, Dialogue, Tool, ToolChoice } from '../dialogue.ts';

/** `cache_control`, or nothing. */
export function writeCache(cache: CacheMark | null): { cache_control?: object } {
  if (cache === null) return {};
  const ttl = cache.ttl === null ? {} : { ttl: cache.ttl };
  return { cache_control: { type: 'ephemeral', ...ttl } };
}

/**
 * `tools` and `tool_choice`; only the tools that may be called are offered.
 * Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools
 */
export function writeTools({ tools, toolChoice, parallelCalls }: Dialogue): object {
  const allowed = toolChoice?.type === 'allowed' ? new Set(toolChoice.names) : null;
  const offered = tools
    .filter((tool) => tool.kind !== 'hosted' && (allowed?.has(tool.name) ?? true))
    .flatMap(writeTool);
  if (offered.length === 0) return {};
  return { tools: offered, ...writeChoice(toolChoice, parallelCalls) };
}

function writeTool(tool: Tool): object[] {
  switch (tool.kind) {
    case 'hosted':
      return [];
    case 'custom': {
      const { name, description, grammar } = tool;
      return [{ name, ...said({ description }), input_schema: freeText(grammar) }];
    }
    case 'function': {
      const { name, description, strict, schema, cache } = tool;
      // NOTE: the API asks for a schema of type object, even of a tool without arguments.
      const input_schema = schema
        ? { ...(schema['type'] === undefined ? { type: 'object' } : {}), ...schema }
        : { type: 'object', properties: {} };
      return [{ name, ...said({ description, strict }), input_schema, ...writeCache(cache) }];
    }
  }
}

/** A tool that takes free text becomes a function with one argument, `input`. */
function freeText(grammar: unknown): object {
  const hint = grammar ? { description: `Text as described by ${JSON.stringify(grammar)}` } : {};
  return {
    type: 'object',
    properties: { input: { type: 'string', ...hint } },
    required: ['input'],
    additionalProperties: false,
  };
}

function writeChoice(choice: ToolChoice | null, parallelCalls: boolean | null): object {
  if (choice?.type === 'none') return { tool_choice: { type: 'none' } };
  if (choice === null && parallelCalls === null) return {};
  const limit = parallelCalls === null ? {} : { disable_parallel_tool_use: !parallelCalls };
  return { tool_choice: { ...choiceOf(choice), ...limit } };
}

function choiceOf(choice: Exclude<ToolChoice, { type: 'none' }> | ToolChoice | null): object {
  if (choice?.type === 'tool') return { type: 'tool', name: choice.name };
  const isForced =
    choice?.type === 'required' || (choice?.type === 'allowed' && choice.mode === 'required');
  return { type: isForced ? 'any' : 'auto' };
}

/** Members that are not null. */
export function said(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}
