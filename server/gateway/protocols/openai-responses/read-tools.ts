import { AppError } from '#shared/errors.ts';
import type { ResponsesSettings } from '#shared/wire/openai-responses.ts';
import type { Tool, ToolChoice } from '../dialogue.ts';

type WireTool = NonNullable<ResponsesSettings['tools']>[number];

/** Source: https://platform.openai.com/docs/api-reference/responses/create#responses-create-tools */
export function readTools(tools: ResponsesSettings['tools']): Tool[] {
  return (tools ?? []).map(readTool);
}

/**
 * `unsaid` when it asks for something that runs at the platform.
 * Source: https://platform.openai.com/docs/api-reference/responses/create#responses-create-tool_choice
 */
export function readToolChoice(choice: ResponsesSettings['tool_choice']): {
  choice: ToolChoice | null;
  unsaid: boolean;
} {
  if (choice === null || choice === undefined) return { choice: null, unsaid: false };
  if (typeof choice === 'string') return { choice: simple(choice), unsaid: false };
  if (choice.type === 'allowed_tools') return allowed(choice);
  const named = isOwnTool(choice);
  const name = choice.name ?? null;
  if (named && name === null) throw lacksName('tool_choice.name');
  return { choice: named && name !== null ? { type: 'tool', name } : null, unsaid: !named };
}

function readTool(tool: WireTool, index: number): Tool {
  if (!isOwnTool(tool)) return { kind: 'hosted', type: tool.type };
  const name = tool.name ?? null;
  if (name === null) throw lacksName(`tools.${index}.name`);
  const description = tool.description ?? null;
  if (tool.type === 'custom') {
    return { kind: 'custom', name, description, grammar: tool.format ?? null };
  }
  const { parameters, strict } = tool;
  return {
    kind: 'function',
    name,
    description,
    schema: parameters ?? null,
    strict: strict ?? null,
    cache: null,
  };
}

function isOwnTool({ type }: { type?: string | null | undefined }): boolean {
  return type === 'function' || type === 'custom';
}

function simple(choice: string): ToolChoice {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { type: choice };
  throw new AppError('bad_request', 'tool_choice: must be auto, none, required or an object.', {
    param: 'tool_choice',
  });
}

function allowed({ mode, tools }: { mode?: unknown; tools?: WireChoiceTools }): {
  choice: ToolChoice | null;
  unsaid: boolean;
} {
  const names = (tools ?? []).flatMap((it) => (isOwnTool(it) && it.name ? [it.name] : []));
  if (names.length === 0) return { choice: null, unsaid: true };
  return {
    choice: { type: 'allowed', mode: mode === 'required' ? mode : 'auto', names },
    unsaid: names.length < (tools?.length ?? 0),
  };
}

type WireChoiceTools =
  | { type?: string | null | undefined; name?: string | null | undefined }[]
  | null
  | undefined;

function lacksName(param: string): AppError {
  return new AppError('bad_request', `${param}: the tool's name must be here.`, { param });
}
