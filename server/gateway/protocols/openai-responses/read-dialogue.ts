import { AppError } from '#shared/errors.ts';
import { type ResponsesRequest, ResponsesSettings } from '#shared/wire/openai-responses.ts';
import type { Reasoning } from '../../../platforms/quirks.ts';
import { check } from '../body.ts';
import {
  type Dialogue,
  EMPTY_DIALOGUE,
  type Message,
  NO_SAMPLING,
  type OutputFormat,
  type Sampling,
  text,
} from '../dialogue.ts';
import { readItems } from './read-items.ts';
import { readToolChoice, readTools } from './read-tools.ts';

/** Members that this file reads, or that say nothing about the answer. */
const KNOWN = new Set([
  ...['model', 'input', 'instructions', 'stream', 'stream_options', 'store', 'background'],
  ...['include', 'previous_response_id', 'tools', 'tool_choice', 'parallel_tool_calls'],
  ...['reasoning', 'text', 'temperature', 'top_p', 'top_logprobs', 'max_output_tokens'],
  ...['metadata', 'prompt_cache_key', 'user', 'safety_identifier', 'service_tier', 'truncation'],
]);

const SEALED_REASONING = 'reasoning.encrypted_content';
const LOGPROBS = 'message.output_text.logprobs';
const SAFE_NAME = /^\w{1,60}$/;

/**
 * A request in the neutral form.
 * @throws AppError bad_request naming the member at fault, or one that only OpenAI itself can serve.
 */
export function readDialogue(request: ResponsesRequest): Dialogue {
  refuseBound(request);
  const settings = check(ResponsesSettings, request);
  const tools = readTools(settings.tools);
  const { choice, unsaid } = readToolChoice(settings.tool_choice);
  const input = readItems(request.input ?? [], tools);
  return {
    ...EMPTY_DIALOGUE,
    messages: turns(request, input.messages),
    tools,
    toolChoice: choice,
    parallelCalls: settings.parallel_tool_calls ?? null,
    format: readFormat(settings.text?.format),
    reasoning: readReasoning(settings.reasoning),
    sampling: readSampling(settings),
    maxOutputTokens: request.max_output_tokens ?? null,
    stream: request.stream === true,
    ...readLabels(settings),
    unsaid: [...input.unsaid, ...(unsaid ? ['tool_choice'] : []), ...unsaidOf(settings)],
  };
}

/** State that lives at OpenAI: there is nobody else to ask for it. */
function refuseBound(request: ResponsesRequest): void {
  const bound = ['conversation', 'prompt', 'previous_response_id'].find(
    (name) => request[name] !== undefined && request[name] !== null,
  );
  const param = request.background === true ? 'background' : bound;
  if (param === undefined) return;
  throw new AppError(
    'bad_request',
    `${param}: the platform behind this model cannot do this. Leave it out and send the whole input, or ask for a model on a platform that speaks OpenAI's Responses.`,
    { param },
  );
}

/** OpenAI puts `instructions` into the context as a system turn before everything else. */
function turns({ instructions }: ResponsesRequest, messages: Message[]): Message[] {
  const said = messages.filter(({ role, parts }) => role === 'tool' || parts.length > 0);
  if (said.length === 0 && !instructions) {
    throw new AppError('bad_request', 'input: there is nothing in it.', { param: 'input' });
  }
  return instructions ? [{ role: 'system', parts: [text(instructions)] }, ...said] : said;
}

function readFormat(format: NonNullable<ResponsesSettings['text']>['format']): OutputFormat | null {
  if (!format || format.type === 'text') return null;
  if (format.type === 'json_object') return { type: 'json' };
  if (format.type !== 'json_schema' || !format.schema) {
    throw new AppError(
      'bad_request',
      'text.format: must be of type text, json_object, or json_schema with a schema.',
      { param: 'text.format' },
    );
  }
  const { name, description, schema, strict } = format;
  return {
    type: 'schema',
    name: name ?? null,
    description: description ?? null,
    schema,
    strict: strict ?? null,
  };
}

function readReasoning(wish: ResponsesSettings['reasoning']): Reasoning | null {
  const effort = wish?.effort ?? null;
  const show = readSummary(wish?.summary ?? wish?.generate_summary);
  return effort === null && show === null ? null : { effort, budgetTokens: null, show };
}

function readSummary(summary: string | null | undefined): Reasoning['show'] {
  if (summary === 'auto' || summary === 'concise' || summary === 'detailed') return summary;
  return summary === 'none' ? false : null;
}

function readSampling({ temperature, top_p, top_logprobs, include }: ResponsesSettings): Sampling {
  const asksLogprobs = include?.includes(LOGPROBS) === true;
  return {
    ...NO_SAMPLING,
    temperature: temperature ?? null,
    topP: top_p ?? null,
    logprobs: top_logprobs || asksLogprobs ? (top_logprobs ?? 0) : null,
  };
}

function readLabels(settings: ResponsesSettings) {
  const { service_tier: tier } = settings;
  return {
    cacheKey: settings.prompt_cache_key ?? null,
    endUser: settings.safety_identifier ?? settings.user ?? null,
    metadata: settings.metadata ?? null,
    verbosity: settings.text?.verbosity ?? null,
    serviceTier: tier === undefined || tier === 'auto' ? null : tier,
  };
}

/** Names come from the client and end up in a header. */
function unsaidOf(settings: ResponsesSettings): string[] {
  const members = Object.keys(settings).filter(
    (key) => !KNOWN.has(key) && SAFE_NAME.test(key) && isSet(settings[key]),
  );
  const thinking = Object.entries(settings.reasoning ?? {}).flatMap(([key, value]) =>
    ['effort', 'summary', 'generate_summary'].includes(key) || !SAFE_NAME.test(key) || !isSet(value)
      ? []
      : [`reasoning.${key}`],
  );
  const included = settings.include?.some((it) => it !== SEALED_REASONING && it !== LOGPROBS);
  return [
    ...members,
    ...thinking,
    ...(included ? ['include'] : []),
    ...(settings.truncation === 'auto' ? ['truncation'] : []),
  ];
}

function isSet(value: unknown): boolean {
  return value !== null && value !== undefined && value !== false;
}
