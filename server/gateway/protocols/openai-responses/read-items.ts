import type { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import {
  ResponsesCallOutput,
  ResponsesContent,
  ResponsesCustomCall,
  ResponsesFunctionCall,
  ResponsesMessage,
  ResponsesReasoning,
} from '#shared/wire/openai-responses.ts';
import { isObject } from '../body.ts';
import { customNames, unwrapInput, wrapInput } from '../custom-tools.ts';
import {
  type AnswerPart,
  type Message,
  type TextPart,
  type Tool,
  type ToolMessage,
  text,
  type UserPart,
} from '../dialogue.ts';
import { type ContentPart, readContent } from './content.ts';
import { readThought } from './thoughts.ts';

/** The turns read so far, and what is needed to read the next item. */
type Reading = {
  messages: Message[];
  unsaid: Set<string>;
  customs: ReadonlySet<string>;
  /** Names of tools by the ids of their calls. */
  callNames: Map<string, string>;
};

type ReadItem = (reading: Reading, item: Record<string, unknown>, at: string) => void;

const READERS: Readonly<Record<string, ReadItem>> = {
  message: readMessage,
  reasoning: readReasoning,
  function_call: readFunctionCall,
  custom_tool_call: readCustomCall,
  function_call_output: readOutput,
  custom_tool_call_output: readOutput,
  item_reference: refuseReference,
  compaction: refuseCompaction,
};

const SAFE_NAME = /^\w{1,40}$/;

/**
 * A request's input as turns. Reasoning, messages and calls of the model that follow one another
 * are one turn. Items of tools that run at the platform are left out and named in `unsaid`.
 * @throws AppError bad_request naming the item.
 */
export function readItems(
  input: string | readonly unknown[],
  tools: Tool[],
): { messages: Message[]; unsaid: string[] } {
  if (typeof input === 'string') {
    return { messages: [{ role: 'user', parts: [text(input)] }], unsaid: [] };
  }
  const reading: Reading = {
    messages: [],
    unsaid: new Set(),
    customs: customNames({ tools }),
    callNames: new Map(),
  };
  input.forEach((item, index) => {
    if (!isObject(item)) throw refused(`input.${index}`, 'must be an object');
    const type = typeOf(item);
    const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
    if (read) read(reading, item, `input.${index}`);
    else leaveOut(reading, type);
  });
  return { messages: reading.messages, unsaid: [...reading.unsaid] };
}

/** Messages and references may come without a type. */
export function typeOf(item: Record<string, unknown>): string {
  const { type } = item;
  if (typeof type === 'string') return type;
  return 'role' in item ? 'message' : 'item_reference';
}

function readMessage(reading: Reading, item: Record<string, unknown>, at: string): void {
  const { role, content } = checkItem(ResponsesMessage, item, at);
  const parts = readContents(reading, content, `${at}.content`);
  switch (role) {
    case 'user':
      reading.messages.push({ role, parts: parts.map(asUser) });
      return;
    case 'assistant':
      answerOf(reading).push(...parts.flatMap((part) => asAnswer(reading, part)));
      return;
    default:
      reading.messages.push({ role, parts: parts.flatMap((part) => asSystem(reading, part)) });
  }
}

function readContents(
  reading: Reading,
  content: string | readonly unknown[],
  at: string,
): ContentPart[] {
  if (typeof content === 'string') return [text(content)];
  return content.flatMap((json, index) => {
    const it = checkItem(ResponsesContent, json, `${at}.${index}`);
    const part = readContent(it, `${at}.${index}`);
    if (!part) leaveOut(reading, it.type);
    return part ?? [];
  });
}

function asUser(part: ContentPart): UserPart {
  return part.kind === 'refusal' ? text(part.text) : part;
}

function asAnswer(reading: Reading, part: ContentPart): AnswerPart[] {
  if (part.kind === 'text' || part.kind === 'refusal') return part.text === '' ? [] : [part];
  leaveOut(reading, `input_${part.kind}`);
  return [];
}

function asSystem(reading: Reading, part: ContentPart): TextPart[] {
  if (part.kind === 'text') return [part];
  leaveOut(reading, `input_${part.kind}`);
  return [];
}

function readReasoning(reading: Reading, item: Record<string, unknown>, at: string): void {
  const thought = readThought(checkItem(ResponsesReasoning, item, at));
  if (thought) answerOf(reading).push(thought);
}

function readFunctionCall(reading: Reading, item: Record<string, unknown>, at: string): void {
  const { call_id, name, arguments: words } = checkItem(ResponsesFunctionCall, item, at);
  addCall(reading, {
    id: call_id,
    name,
    words: reading.customs.has(name) ? unwrapInput(words) : words,
  });
}

/** A call of a tool that is not offered any more is told as a function's. */
function readCustomCall(reading: Reading, item: Record<string, unknown>, at: string): void {
  const { call_id, name, input } = checkItem(ResponsesCustomCall, item, at);
  addCall(reading, {
    id: call_id,
    name,
    words: reading.customs.has(name) ? input : wrapInput(input),
  });
}

function addCall(
  reading: Reading,
  { id, name, words }: { id: string; name: string; words: string },
): void {
  reading.callNames.set(id, name);
  answerOf(reading).push({ kind: 'call', id, name, arguments: words, cache: null });
}

function readOutput(reading: Reading, item: Record<string, unknown>, at: string): void {
  const { call_id: callId, output } = checkItem(ResponsesCallOutput, item, at);
  const parts = readContents(reading, output, `${at}.output`).map(asUser);
  reading.messages.push({
    role: 'tool',
    callId,
    name: reading.callNames.get(callId) ?? null,
    parts: parts.flatMap((part): ToolMessage['parts'] => {
      if (part.kind !== 'audio') return [part];
      leaveOut(reading, 'input_audio');
      return [];
    }),
    isError: false,
    cache: null,
  });
}

function refuseReference(_reading: Reading, _item: Record<string, unknown>, at: string): void {
  throw refused(at, 'refers to an item that is not kept here. Send the item itself');
}

function refuseCompaction(_reading: Reading, _item: Record<string, unknown>, at: string): void {
  throw refused(
    at,
    'is a conversation that only the platform which shortened it can read. Send the conversation itself, or ask for a model on that platform',
  );
}

/** The parts of the model's turn that is going on. */
function answerOf({ messages }: Reading): AnswerPart[] {
  const last = messages.at(-1);
  if (last?.role === 'assistant') return last.parts;
  const parts: AnswerPart[] = [];
  messages.push({ role: 'assistant', parts });
  return parts;
}

/** Types come from the client and end up in a header. */
function leaveOut({ unsaid }: Reading, type: string): void {
  unsaid.add(SAFE_NAME.test(type) ? `input.${type}` : 'input');
}

function checkItem<Schema extends z.ZodType>(
  schema: Schema,
  item: unknown,
  at: string,
): z.infer<Schema> {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw refused([at, ...(issue?.path ?? [])].join('.'), issue?.message ?? 'not valid');
}

function refused(param: string, why: string): AppError {
  return new AppError('bad_request', `${param}: ${why}.`, { param });
}
