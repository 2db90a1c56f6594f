import {
  ChatCompletionDialogue,
  type ChatMessage,
  type CustomTool,
  type FunctionTool,
} from '#shared/wire/openai-chat.ts';
import { check } from '../body.ts';
import type { Dialogue, Message, OutputFormat, Sampling, Tool, ToolChoice } from '../dialogue.ts';
import { answerParts, cacheOf, resultPart, textPart, userPart } from './read-parts.ts';

/** Members that have a place in the dialogue, or mean nothing to any platform but this protocol's. */
const KNOWN: ReadonlySet<string> = new Set([
  ...Object.keys(ChatCompletionDialogue.shape),
  'messages',
]);

/**
 * A chat completion's request in the neutral form.
 * @throws AppError bad_request for what cannot be understood, although it would pass unchanged.
 */
export function readDialogue(json: unknown): Dialogue {
  const request = check(ChatCompletionDialogue, json);
  return {
    messages: readMessages(request.messages),
    tools: (request.tools ?? []).map(readTool),
    toolChoice: readToolChoice(request.tool_choice),
    parallelCalls: request.parallel_tool_calls ?? null,
    format: readFormat(request.response_format),
    reasoning: request.reasoning_effort
      ? { effort: request.reasoning_effort, budgetTokens: null, show: null }
      : null,
    sampling: readSampling(request),
    maxOutputTokens: request.max_completion_tokens ?? request.max_tokens ?? null,
    stop: typeof request.stop === 'string' ? [request.stop] : (request.stop ?? []),
    answers: request.n ?? 1,
    stream: request.stream === true,
    cacheKey: request.prompt_cache_key ?? null,
    endUser: request.safety_identifier ?? request.user ?? null,
    metadata: request.metadata ?? null,
    verbosity: request.verbosity ?? null,
    serviceTier: request.service_tier ?? null,
    unsaid: [...unsaidMembers(request), ...unsaidInMessages(request.messages)],
  };
}

function unsaidMembers(request: ChatCompletionDialogue): string[] {
  return Object.entries(request).flatMap(([name, value]) =>
    KNOWN.has(name) || value === null ? [] : [name],
  );
}

/** Members of messages that other protocols have no place for, each named once. */
function unsaidInMessages(messages: readonly ChatMessage[]): string[] {
  return ['name', 'audio'].flatMap((name) =>
    messages.some((message) => typeof message[name] === 'string' || isFilled(message[name]))
      ? [`messages.${name}`]
      : [],
  );
}

function isFilled(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function readMessages(messages: readonly ChatMessage[]): Message[] {
  const read = messages.map(readMessage);
  const calls = read.flatMap((message) => (message.role === 'assistant' ? message.parts : []));
  const names = new Map(
    calls.flatMap((it) => (it.kind === 'call' ? [[it.id, it.name] as const] : [])),
  );
  return read.map((message) =>
    message.role === 'tool' ? { ...message, name: names.get(message.callId) ?? null } : message,
  );
}

function readMessage(message: ChatMessage, index: number): Message {
  const param = `messages.${index}.content`;
  switch (message.role) {
    case 'system':
    case 'developer':
      return { role: message.role, parts: message.content.map(textPart) };
    case 'user':
      return { role: 'user', parts: message.content.map((part) => userPart(part, param)) };
    case 'assistant':
      return { role: 'assistant', parts: answerParts(message) };
    case 'tool':
      return {
        role: 'tool',
        callId: message.tool_call_id,
        name: null,
        parts: message.content.map((part) => resultPart(part, param)),
        isError: false,
        cache: null,
      };
  }
}

function readTool(tool: { type: string }): Tool {
  if (tool.type === 'function') {
    const { function: said, cache_control } = tool as FunctionTool;
    return {
      kind: 'function',
      name: said.name,
      description: said.description ?? null,
      schema: said.parameters ?? null,
      strict: said.strict ?? null,
      cache: cacheOf({ cache_control }),
    };
  }
  if (tool.type !== 'custom') return { kind: 'hosted', type: tool.type };
  const { name, description, format } = (tool as CustomTool).custom;
  return { kind: 'custom', name, description: description ?? null, grammar: format ?? null };
}

function readToolChoice(choice: ChatCompletionDialogue['tool_choice']): ToolChoice | null {
  if (choice === null || choice === undefined) return null;
  if (typeof choice === 'string') return { type: choice };
  if (choice.type === 'allowed_tools') {
    const { mode, tools } = choice.allowed_tools;
    return { type: 'allowed', mode, names: tools.flatMap((tool) => nameIn(tool) ?? []) };
  }
  const name = nameIn(choice);
  return name === null ? null : { type: 'tool', name };
}

type Named = { function?: { name: string } | undefined; custom?: { name: string } | undefined };

function nameIn({ function: fn, custom }: Named): string | null {
  return fn?.name ?? custom?.name ?? null;
}

function readFormat(format: ChatCompletionDialogue['response_format']): OutputFormat | null {
  switch (format?.type) {
    case 'json_object':
      return { type: 'json' };
    case 'json_schema': {
      const { name, description, schema, strict } = format.json_schema;
      return {
        type: 'schema',
        name: name ?? null,
        description: description ?? null,
        schema: schema ?? {},
        strict: strict ?? null,
      };
    }
    default:
      return null;
  }
}

function readSampling(request: ChatCompletionDialogue): Sampling {
  return {
    temperature: request.temperature ?? null,
    topP: request.top_p ?? null,
    topK: request.top_k ?? null,
    seed: request.seed ?? null,
    frequencyPenalty: request.frequency_penalty ?? null,
    presencePenalty: request.presence_penalty ?? null,
    logprobs: request.logprobs ? (request.top_logprobs ?? 0) : null,
    logitBias: request.logit_bias ?? null,
  };
}
