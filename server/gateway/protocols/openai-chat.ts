import { isUtf8 } from 'node:buffer';
import { AppError } from '#shared/errors.ts';
import { ChatCompletionRequest, CompletionUsage } from '#shared/wire/openai-chat.ts';
import type { TokenUsage } from '../ports.ts';
import { type Member, topLevelMembers } from './json-members.ts';
import { errorBody, errorFrame } from './openai-errors.ts';
import type { AnswerFacts, ChatProtocol, ChatRequest, FrameFacts } from './protocol.ts';

const NOTHING: FrameFacts = { text: '', usage: null, usageOnly: false, last: false, error: null };

/**
 * OpenAI's chat completions.
 * Source: https://platform.openai.com/docs/api-reference/chat
 */
export const openaiChat: ChatProtocol = {
  path: '/chat/completions',
  readRequest,
  readAnswer,
  readFrame,
  readError,
  errorBody,
  errorFrame,
};

function readRequest(body: Buffer): ChatRequest {
  const json = parseJson(body);
  const parsed = ChatCompletionRequest.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const param = issue?.path.join('.') || 'body';
    throw new AppError('bad_request', `${param}: ${issue?.message ?? 'not valid'}`, { param });
  }
  const request = parsed.data;
  const members = topLevelMembers(body);
  if (!members) refuseTooDeep(json);
  const stream = request.stream === true;
  const perChoice = request.max_completion_tokens ?? request.max_tokens ?? null;
  const asksForUsage = request.stream_options?.include_usage === true;
  return {
    model: request.model,
    stream,
    wantsUsage: !stream || asksForUsage,
    maxOutputTokens: perChoice === null ? null : perChoice * (request.n ?? 1),
    promptText: () => request.messages.map(textOf).join('\n'),
    forward: (upstreamModel) =>
      forward({ body, json, members }, request, upstreamModel, stream && !asksForUsage),
  };
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) throw new AppError('bad_request', 'The body is empty; send JSON.');
  if (!isUtf8(body)) throw new AppError('bad_request', 'The body is not UTF-8 text.');
  try {
    return JSON.parse(body.toString());
  } catch (cause) {
    throw new AppError('bad_request', 'The body is not valid JSON.', { cause });
  }
}

function textOf(message: Record<string, unknown>): string {
  const content = message['content'];
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => (typeof part?.text === 'string' ? part.text : '')).join('\n');
}

/** A body that is not sent as it came is written anew, which takes a stack as deep as it is nested. */
function refuseTooDeep(json: unknown): void {
  try {
    JSON.stringify(json);
  } catch (cause) {
    throw new AppError('bad_request', 'The body is nested too deeply.', { cause });
  }
}

type Read = { body: Buffer; json: unknown; members: Member[] | null };

/** Replaces the model's name, asks for usage where the client did not, and touches nothing else. */
function forward(
  { body, json, members }: Read,
  request: ChatCompletionRequest,
  upstreamModel: string,
  addUsage: boolean,
): Buffer {
  const options = { ...request.stream_options, include_usage: true };
  const model = members?.find((member) => member.key === 'model');
  if (!members || !model) {
    const changed = { ...(json as object), model: upstreamModel };
    return Buffer.from(
      JSON.stringify(addUsage ? { ...changed, stream_options: options } : changed),
    );
  }
  const edits = [{ start: model.start, end: model.end, text: JSON.stringify(upstreamModel) }];
  if (addUsage) {
    const present = members.find((member) => member.key === 'stream_options');
    const text = JSON.stringify(options);
    edits.push(
      present
        ? { start: present.start, end: present.end, text }
        : { start: model.end, end: model.end, text: `,"stream_options":${text}` },
    );
  }
  return splice(body, edits);
}

function splice(body: Buffer, edits: { start: number; end: number; text: string }[]): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  // NOTE: a stable sort keeps the member inserted right behind the model behind it.
  for (const edit of edits.sort((a, b) => a.start - b.start)) {
    parts.push(body.subarray(at, edit.start), Buffer.from(edit.text));
    at = edit.end;
  }
  parts.push(body.subarray(at));
  return Buffer.concat(parts);
}

function readAnswer(body: Buffer): AnswerFacts {
  const json = tryParse(body.toString());
  if (json === null) return failed('The platform answered with something that is not JSON.');
  const message = errorMessage(json);
  if (message !== null) return failed(message);
  const choices = json['choices'];
  if (!Array.isArray(choices)) return failed('The platform answered without choices.');
  const text = choices.map((choice) => writtenIn(choice?.message)).join('');
  return { text, usage: readUsage(json['usage']), error: null };
}

function failed(error: string): AnswerFacts {
  return { text: '', usage: null, error };
}

function readFrame(data: string): FrameFacts {
  if (data === '[DONE]') return { ...NOTHING, last: true };
  const json = tryParse(data);
  if (json === null) return { ...NOTHING, error: 'The platform sent a broken part of a stream.' };
  const error = errorMessage(json);
  if (error !== null) return { ...NOTHING, error };
  const choices = Array.isArray(json['choices']) ? json['choices'] : [];
  const usage = readUsage(json['usage']);
  const text = choices.map((choice) => writtenIn(choice?.delta)).join('');
  return {
    text,
    usage,
    usageOnly: usage !== null && choices.length === 0,
    last: false,
    error: null,
  };
}

/** Everything in a message or delta that the model was paid for writing. */
function writtenIn(message: unknown): string {
  if (typeof message !== 'object' || message === null) return '';
  const { content, reasoning_content, refusal, tool_calls } = message as Record<string, unknown>;
  const texts = [content, reasoning_content, refusal].filter((part) => typeof part === 'string');
  const calls = Array.isArray(tool_calls)
    ? tool_calls.map((call) => `${call?.function?.name ?? ''}${call?.function?.arguments ?? ''}`)
    : [];
  return [...texts, ...calls].join('');
}

function readUsage(json: unknown): TokenUsage | null {
  const usage = CompletionUsage.safeParse(json);
  if (!usage.success) return null;
  return {
    inputTokens: usage.data.prompt_tokens,
    cachedTokens: usage.data.prompt_tokens_details?.cached_tokens ?? 0,
    cacheWriteTokens: 0,
    outputTokens: usage.data.completion_tokens,
    reasoningTokens: usage.data.completion_tokens_details?.reasoning_tokens ?? 0,
    estimated: false,
  };
}

function readError(body: Buffer): string | null {
  const json = tryParse(body.toString());
  return json === null ? null : errorMessage(json);
}

/** `{error: {message}}`, or the `{error: "text"}` that some compatible servers send. */
function errorMessage(json: Record<string, unknown>): string | null {
  const error = json['error'];
  if (error === undefined || error === null) return null;
  if (typeof error === 'string') return error;
  const message = typeof error === 'object' ? (error as { message?: unknown }).message : null;
  return typeof message === 'string' ? message : 'The platform reported an error without a text.';
}

function tryParse(text: string): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
