import {
  type CountRequest,
  MessagesSettings,
  ToolResultBlock,
  type WireMessage,
  WireTool,
} from '#shared/wire/anthropic-messages.ts';
import type { Reasoning } from '../../../platforms/quirks.ts';
import { check, isObject } from '../body.ts';
import {
  type Dialogue,
  EMPTY_DIALOGUE,
  type JsonSchema,
  type Message,
  NO_SAMPLING,
  type OutputFormat,
  type Tool,
  type ToolChoice,
  type ToolMessage,
} from '../dialogue.ts';
import {
  blocksOf,
  type Place,
  readAnswerBlock,
  readAs,
  readCache,
  readShown,
  readText,
  type ShownPart,
} from './read-blocks.ts';

/** Top-level members that the dialogue has a place for. */
const SAID = new Set([
  'model',
  'messages',
  'max_tokens',
  'system',
  'stream',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'tools',
  'tool_choice',
  'thinking',
  'output_config',
  'output_format',
  'metadata',
  'service_tier',
]);

const SAID_OF_TOOL = new Set([
  'type',
  'name',
  'description',
  'input_schema',
  'strict',
  'cache_control',
]);

/**
 * The request in the neutral form.
 * @throws AppError bad_request naming the member that has no meaning.
 */
export function readDialogue(request: CountRequest): Dialogue {
  const settings = check(MessagesSettings, request);
  const unsaid = new Set(unsaidMembers(request, settings));
  const tools = (request.tools ?? []).map((tool, index) => readTool(tool, index, unsaid));
  return {
    ...EMPTY_DIALOGUE,
    messages: readMessages(request, unsaid),
    tools,
    toolChoice: readToolChoice(settings),
    parallelCalls: negated(settings.tool_choice?.disable_parallel_tool_use),
    format: readFormat(settings),
    reasoning: readReasoning(settings),
    sampling: {
      ...NO_SAMPLING,
      temperature: settings.temperature ?? null,
      topP: settings.top_p ?? null,
      topK: settings.top_k ?? null,
    },
    maxOutputTokens: settings.max_tokens ?? null,
    stop: settings.stop_sequences ?? [],
    stream: settings.stream === true,
    endUser: settings.metadata?.user_id ?? null,
    serviceTier: settings.service_tier ?? null,
    unsaid: [...unsaid],
  };
}

function unsaidMembers(request: CountRequest, settings: MessagesSettings): string[] {
  const others = (json: object | null | undefined, said: string[], path: string) =>
    Object.entries(json ?? {})
      .filter(([key, value]) => !said.includes(key) && value != null)
      .map(([key]) => `${path}.${key}`);
  return [
    ...Object.keys(request).filter((key) => !SAID.has(key) && request[key] != null),
    ...others(settings.metadata, ['user_id'], 'metadata'),
    ...others(settings.output_config, ['effort', 'format'], 'output_config'),
  ];
}

function readMessages(request: CountRequest, unsaid: Set<string>): Message[] {
  const names = new Map<string, string>();
  const system = readSystem(request.system, 'system');
  const turns = request.messages.flatMap((message, index): Message[] => {
    const place = { at: `messages.${index}.content`, unsaid };
    if (message.role === 'system') return readSystem(message.content, place.at);
    return message.role === 'user'
      ? readUser(message, place, names)
      : readAssistant(message, place, names);
  });
  return [...system, ...turns];
}

function readSystem(content: CountRequest['system'], at: string): Message[] {
  const parts = blocksOf(content).map((block, index) => readText(block, `${at}.${index}`));
  return parts.length > 0 ? [{ role: 'system', parts }] : [];
}

/** Results come first, whatever stands before them: they belong right behind their calls. */
function readUser(message: WireMessage, place: Place, names: Map<string, string>): Message[] {
  const results: Message[] = [];
  const parts: ShownPart[] = [];
  blocksOf(message.content).forEach((block, index) => {
    const here = { ...place, at: `${place.at}.${index}` };
    if (block.type === 'tool_result') results.push(readResult(block, here, names));
    else parts.push(...readShown(block, here));
  });
  return parts.length > 0 ? [...results, { role: 'user', parts }] : results;
}

function readResult(json: unknown, place: Place, names: Map<string, string>): ToolMessage {
  const result = readAs(ToolResultBlock, json, place.at);
  return {
    role: 'tool',
    callId: result.tool_use_id,
    name: names.get(result.tool_use_id) ?? null,
    parts: blocksOf(result.content).flatMap((block, index) =>
      readShown(block, { ...place, at: `${place.at}.content.${index}` }),
    ),
    isError: result.is_error === true,
    cache: readCache(result.cache_control),
  };
}

function readAssistant(message: WireMessage, place: Place, names: Map<string, string>): Message[] {
  const parts = blocksOf(message.content).flatMap((block, index) =>
    readAnswerBlock(block, { ...place, at: `${place.at}.${index}` }),
  );
  for (const part of parts) if (part.kind === 'call') names.set(part.id, part.name);
  return parts.length > 0 ? [{ role: 'assistant', parts }] : [];
}

/** Tools with a type of their own run at the platform, or mean something to its models only. */
function readTool(json: Record<string, unknown>, index: number, unsaid: Set<string>): Tool {
  const type = json['type'];
  if (typeof type === 'string' && type !== 'custom') return { kind: 'hosted', type };
  const tool = readAs(WireTool, json, `tools.${index}`);
  for (const [key, value] of Object.entries(tool)) {
    if (!SAID_OF_TOOL.has(key) && value != null) unsaid.add(`tools.${key}`);
  }
  return {
    kind: 'function',
    name: tool.name,
    description: tool.description ?? null,
    schema: takesNothing(tool.input_schema) ? null : tool.input_schema,
    strict: tool.strict ?? null,
    cache: readCache(tool.cache_control),
  };
}

/** The schema of a tool that takes no arguments, for Anthropic asks for a schema of every tool. */
function takesNothing(schema: JsonSchema): boolean {
  const { type, properties, ...others } = schema;
  return (
    type === 'object' &&
    isObject(properties) &&
    Object.keys(properties).length === 0 &&
    Object.keys(others).length === 0
  );
}

function readToolChoice({ tool_choice: choice }: MessagesSettings): ToolChoice | null {
  if (!choice) return null;
  if (choice.type === 'any') return { type: 'required' };
  if (choice.type !== 'tool') return { type: choice.type };
  return { type: 'tool', name: readAs(WireTool.shape.name, choice.name, 'tool_choice.name') };
}

function negated(flag: boolean | null | undefined): boolean | null {
  return flag === null || flag === undefined ? null : !flag;
}

/** `output_format` is the older word for `output_config.format`. */
function readFormat({ output_config, output_format }: MessagesSettings): OutputFormat | null {
  const format = output_config?.format ?? output_format;
  if (!format) return null;
  return { type: 'schema', name: null, description: null, schema: format.schema, strict: null };
}

/** Source: https://platform.claude.com/docs/en/build-with-claude/thinking#configuring-thinking */
function readReasoning({ thinking, output_config }: MessagesSettings): Reasoning | null {
  const effort = output_config?.effort ?? null;
  if (!thinking) return effort === null ? null : { effort, budgetTokens: null, show: null };
  if (thinking.type === 'disabled') return { effort: 'none', budgetTokens: null, show: null };
  const show = thinking.display ? thinking.display !== 'omitted' : null;
  const budgetTokens = thinking.type === 'enabled' ? (thinking.budget_tokens ?? -1) : -1;
  return { effort, budgetTokens, show };
}
