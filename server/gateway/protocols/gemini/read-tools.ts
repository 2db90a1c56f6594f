import type { GeminiTool, GeminiToolConfig } from '#shared/wire/gemini.ts';
import type { JsonSchema, Tool, ToolChoice } from '../dialogue.ts';
import { readSchema } from './read-schema.ts';

/**
 * Functions, and tools that run at Google (`googleSearch`, `codeExecution`, `urlContext`, …).
 * Source: https://ai.google.dev/api/caching#Tool
 */
export function readTools(tools: readonly GeminiTool[] | null | undefined): Tool[] {
  return (tools ?? []).flatMap(({ functionDeclarations, ...hosted }): Tool[] => [
    ...(functionDeclarations ?? []).map(readFunction),
    ...Object.keys(hosted).map((type): Tool => ({ kind: 'hosted', type })),
  ]);
}

type Declaration = NonNullable<GeminiTool['functionDeclarations']>[number];

function readFunction(declaration: Declaration): Tool {
  return {
    kind: 'function',
    name: declaration.name,
    description: declaration.description ?? null,
    schema: schemaOf(declaration),
    strict: null,
    cache: null,
  };
}

function schemaOf({ parameters, parametersJsonSchema }: Declaration): JsonSchema | null {
  if (typeof parametersJsonSchema === 'object' && parametersJsonSchema) return parametersJsonSchema;
  return parameters ? readSchema(parameters) : null;
}

/** Source: https://ai.google.dev/api/caching#FunctionCallingConfig */
export function readToolChoice(config: GeminiToolConfig | null | undefined): ToolChoice | null {
  const calling = config?.functionCallingConfig;
  if (!calling) return null;
  const names = calling.allowedFunctionNames ?? [];
  const [name, ...others] = names;
  switch (calling.mode?.toUpperCase()) {
    case 'NONE':
      return { type: 'none' };
    case 'ANY':
      if (name === undefined) return { type: 'required' };
      return others.length === 0
        ? { type: 'tool', name }
        : { type: 'allowed', mode: 'required', names };
    case 'AUTO':
    case 'VALIDATED':
      return names.length === 0 ? { type: 'auto' } : { type: 'allowed', mode: 'auto', names };
    default:
      return null;
  }
}
