import type { GeminiFunctionResponse } from '#shared/wire/gemini.ts';
import { type Message, type TextPart, type ToolMessage, text } from '../dialogue.ts';
import { readBlob, readFileData, writeMedia } from './media.ts';

/*
 * A tool's result is an object: `output` is what it gave, `error` why it failed, and anything else
 * is the result as a whole. Images and documents stand beside it from Gemini 3 on.
 * Source: https://ai.google.dev/api/caching#FunctionResponse,
 * https://ai.google.dev/gemini-api/docs/function-calling#multimodal
 */

/** The message for a result; `callId` is the call that it answers. */
export function readResult(result: GeminiFunctionResponse, callId: string): Message {
  const media = (result.parts ?? []).flatMap(({ inlineData, fileData }): Media[] => {
    if (inlineData) return [readMedia(inlineData)];
    return fileData ? [readFileData(fileData)] : [];
  });
  const { words, isError } = readResponse(result.response ?? {});
  const said = words === '' && media.length > 0 ? [] : [text(words)];
  const name = result.name || null;
  return { role: 'tool', callId, name, parts: [...said, ...media], isError, cache: null };
}

type Media = Exclude<ToolMessage['parts'][number], TextPart>;

/** Sound is no result in other protocols: there it is a document. */
function readMedia(blob: { mimeType?: string | null | undefined; data: string }): Media {
  const part = readBlob(blob);
  if (part.kind === 'image' || part.kind === 'file') return part;
  const source = { at: 'data', mediaType: blob.mimeType ?? '', data: blob.data } as const;
  return { kind: 'file', source, name: null, cache: null };
}

function readResponse(response: Record<string, unknown>): { words: string; isError: boolean } {
  const [[name, value] = ['', null], ...others] = Object.entries(response);
  if (others.length > 0 || name === '') return { words: textOf(response), isError: false };
  if (name === 'error') return { words: textOf(value), isError: true };
  const isText = (name === 'output' || name === 'result') && typeof value === 'string';
  return { words: isText ? value : JSON.stringify(response), isError: false };
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return isEmpty ? '' : JSON.stringify(value);
}

/**
 * The parts that say a result. `name` is the call's; `beside`: media go into the result itself, else
 * behind it, as parts of the same turn.
 */
export function writeResult(
  message: ToolMessage,
  name: string,
  beside: boolean,
): Record<string, unknown>[] {
  const words = message.parts.flatMap((part) => (part.kind === 'text' ? [part.text] : []));
  const media = message.parts.flatMap((part) => (part.kind === 'text' ? [] : [writeMedia(part)]));
  const response = { [message.isError ? 'error' : 'output']: words.join('\n') };
  const result = { id: message.callId, name, response };
  if (media.length === 0) return [{ functionResponse: result }];
  return beside
    ? [{ functionResponse: { ...result, parts: media } }]
    : [{ functionResponse: result }, ...media];
}
