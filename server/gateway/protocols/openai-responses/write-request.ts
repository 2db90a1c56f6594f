import { isObject } from '../body.ts';
import { customNames } from '../custom-tools.ts';
import type { Dialogue, Message, OutputFormat, Tool, ToolChoice } from '../dialogue.ts';
import { effortOf } from '../effort.ts';
import type { Recipient } from '../protocol.ts';
import { quirkChanges } from '../quirk-changes.ts';
import { writeItems } from './write-items.ts';

/** OpenAI refuses lower limits here, and only here; programs ask for 1 to see whether a model answers. */
const LEAST_OUTPUT = 16;

/**
 * The body for a platform that speaks Responses. Nothing is kept there: the client's history comes
 * with every request.
 * Source: https://platform.openai.com/docs/api-reference/responses/create
 */
export function writeRequest(dialogue: Dialogue, to: Recipient) {
  const { instructions, messages } = leading(dialogue.messages);
  const customs = customNames(dialogue);
  const limit = dialogue.maxOutputTokens;
  const tools = dialogue.tools.flatMap((tool) => writeTool(tool) ?? []);
  const body = {
    model: to.model,
    instructions,
    input: writeItems(messages, customs),
    tools: tools.length > 0 ? tools : null,
    tool_choice: writeToolChoice(dialogue.toolChoice, customs),
    parallel_tool_calls: dialogue.parallelCalls,
    reasoning: writeReasoning(dialogue),
    text: writeText(dialogue),
    temperature: dialogue.sampling.temperature,
    top_p: dialogue.sampling.topP,
    max_output_tokens: limit === null ? null : Math.max(limit, LEAST_OUTPUT),
    metadata: dialogue.metadata,
    prompt_cache_key: dialogue.cacheKey,
    safety_identifier: dialogue.endUser,
    include: mayReason(dialogue) ? ['reasoning.encrypted_content'] : null,
    store: false,
    stream: dialogue.stream ? true : null,
  };
  const { changes, dropped } = quirkChanges(body, to.quirks);
  const minded = Object.entries({ ...body, ...Object.fromEntries(changes) });
  const said = minded.filter(([, value]) => value !== null && value !== undefined);
  return { body: Object.fromEntries(said), dropped };
}

/** One plain system turn in front of others is what `instructions` are for; some servers want them. */
function leading(messages: readonly Message[]): {
  instructions: string | null;
  messages: readonly Message[];
} {
  const [first, ...rest] = messages;
  if (first?.role !== 'system' || first.parts.length !== 1 || rest.length === 0) {
    return { instructions: null, messages };
  }
  const words = first.parts[0]?.text ?? '';
  return words === '' ? { instructions: null, messages } : { instructions: words, messages: rest };
}

function writeTool(tool: Tool): object | null {
  switch (tool.kind) {
    case 'function':
      return {
        type: 'function',
        name: tool.name,
        ...(tool.description === null ? {} : { description: tool.description }),
        parameters: tool.schema ?? { type: 'object', properties: {} },
        // NOTE: unlike everywhere else, functions are strict here unless it is said otherwise.
        strict: tool.strict ?? false,
      };
    case 'custom':
      return {
        type: 'custom',
        name: tool.name,
        ...(tool.description === null ? {} : { description: tool.description }),
        ...(tool.grammar === null ? {} : { format: grammarHere(tool.grammar) }),
      };
    case 'hosted':
      return null;
  }
}

/** Chat completions put the grammar one level deeper. */
function grammarHere(grammar: unknown): unknown {
  if (!isObject(grammar) || !isObject(grammar['grammar'])) return grammar;
  return { type: 'grammar', ...grammar['grammar'] };
}

function writeToolChoice(
  choice: ToolChoice | null,
  customs: ReadonlySet<string>,
): string | object | null {
  const named = (name: string) => ({ type: customs.has(name) ? 'custom' : 'function', name });
  if (!choice) return null;
  switch (choice.type) {
    case 'tool':
      return named(choice.name);
    case 'allowed':
      return { type: 'allowed_tools', mode: choice.mode, tools: choice.names.map(named) };
    default:
      return choice.type;
  }
}

function writeReasoning({ reasoning }: Dialogue): object | null {
  if (!reasoning) return null;
  const { effort, budgetTokens, show } = reasoning;
  const level = effort ?? (budgetTokens === null ? null : effortOf(budgetTokens));
  const summary = show === true ? 'auto' : show || null;
  if (level === null && summary === null) return null;
  return { ...(level ? { effort: level } : {}), ...(summary ? { summary } : {}) };
}

/** Models that do not reason refuse to be asked for it encrypted. */
function mayReason({ reasoning, messages }: Dialogue): boolean {
  if (reasoning) return reasoning.effort !== 'none' && reasoning.budgetTokens !== 0;
  return messages.some(
    ({ role, parts }) =>
      role === 'assistant' &&
      parts.some((part) => part.kind === 'thought' && part.seal?.maker === 'openai'),
  );
}

function writeText({ format, verbosity }: Dialogue): object | null {
  if (!format && !verbosity) return null;
  return {
    ...(format ? { format: writeFormat(format) } : {}),
    ...(verbosity ? { verbosity } : {}),
  };
}

function writeFormat(format: OutputFormat): object {
  if (format.type === 'json') return { type: 'json_object' };
  const { name, description, schema, strict } = format;
  return {
    type: 'json_schema',
    name: name ?? 'answer',
    ...(description === null ? {} : { description }),
    schema,
    ...(strict === null ? {} : { strict }),
  };
}
