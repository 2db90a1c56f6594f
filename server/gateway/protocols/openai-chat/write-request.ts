import { asFunction, customNames } from '../custom-tools.ts';
import type { Dialogue, OutputFormat, Sampling, Tool, ToolChoice } from '../dialogue.ts';
import { effortOf } from '../effort.ts';
import type { Recipient } from '../protocol.ts';
import { mindQuirks } from './quirks.ts';
import { writeMessages } from './write-messages.ts';

type Wire = Record<string, unknown>;

/**
 * A dialogue as the body of a chat completion, as the platform wants it.
 * Source: https://platform.openai.com/docs/api-reference/chat/create
 */
export function writeRequest(dialogue: Dialogue, { model, quirks }: Recipient) {
  const body = present({
    model,
    messages: writeMessages(dialogue.messages, {
      custom: customNames(dialogue),
      keepsThoughts: quirks.keepsThoughts === true,
    }),
    ...writeTools(dialogue),
    response_format: writeFormat(dialogue.format),
    reasoning_effort: effortIn(dialogue),
    ...writeSampling(dialogue.sampling),
    // NOTE: the older name, which every platform but OpenAI knows; that one says so in its quirks.
    [quirks.outputLimit ?? 'max_tokens']: dialogue.maxOutputTokens,
    stop: dialogue.stop.length > 0 ? dialogue.stop : null,
    n: dialogue.answers > 1 ? dialogue.answers : null,
    prompt_cache_key: dialogue.cacheKey,
    user: dialogue.endUser,
    verbosity: dialogue.verbosity,
    stream: dialogue.stream || null,
    stream_options: dialogue.stream ? { include_usage: true } : null,
  });
  return mindQuirks(body, quirks, dialogue.reasoning);
}

function present(members: Wire): Wire {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}

function effortIn({ reasoning }: Dialogue): string | null {
  if (!reasoning) return null;
  if (reasoning.effort !== null) return reasoning.effort;
  return reasoning.budgetTokens === null ? null : effortOf(reasoning.budgetTokens);
}

/** Without tools, the platforms refuse what is said about them. */
function writeTools({ tools, toolChoice, parallelCalls }: Dialogue): Wire {
  const offered = tools.filter((tool) => isOffered(tool, toolChoice));
  if (offered.length === 0) return {};
  return {
    tools: offered.flatMap(writeTool),
    tool_choice: writeToolChoice(toolChoice),
    parallel_tool_calls: parallelCalls,
  };
}

function isOffered(tool: Tool, choice: ToolChoice | null): boolean {
  if (tool.kind === 'hosted') return false;
  return choice?.type !== 'allowed' || choice.names.includes(tool.name);
}

function writeTool(tool: Tool): Wire[] {
  if (tool.kind === 'hosted') return [];
  const { name, description, schema, strict } = tool.kind === 'custom' ? asFunction(tool) : tool;
  const said = present({ name, description, parameters: schema, strict });
  return [{ type: 'function', function: said }];
}

function writeToolChoice(choice: ToolChoice | null): unknown {
  if (!choice) return null;
  switch (choice.type) {
    case 'tool':
      return { type: 'function', function: { name: choice.name } };
    case 'allowed':
      return choice.mode;
    default:
      return choice.type;
  }
}

function writeFormat(format: OutputFormat | null): Wire | null {
  if (!format) return null;
  if (format.type === 'json') return { type: 'json_object' };
  const { name, description, schema, strict } = format;
  // NOTE: a name is required here, and nowhere else.
  const said = present({ name: name ?? 'answer', description, schema, strict });
  return { type: 'json_schema', json_schema: said };
}

/** `top_k` and log probabilities do not get here: the table of fidelity drops them. */
function writeSampling(sampling: Sampling): Wire {
  return {
    temperature: sampling.temperature,
    top_p: sampling.topP,
    seed: sampling.seed,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
    logit_bias: sampling.logitBias,
  };
}
