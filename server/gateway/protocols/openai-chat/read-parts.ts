import { AppError } from '#shared/errors.ts';
import { type ChatMessage, type ContentPart, UrlCitation } from '#shared/wire/openai-chat.ts';
import { isObject } from '../body.ts';
import { readDataUrl } from '../data-url.ts';
import {
  type AnswerPart,
  type CacheMark,
  type CallPart,
  type Citation,
  type FilePart,
  type ImagePart,
  type Source,
  type TextPart,
  text,
  type UserPart,
} from '../dialogue.ts';

type PartOf<Type extends ContentPart['type']> = Extract<ContentPart, { type: Type }>;
type Marked = { cache_control?: unknown; prompt_cache_breakpoint?: unknown };

/**
 * Several platforms that speak this protocol take Anthropic's `cache_control`; OpenAI's own mark is
 * `prompt_cache_breakpoint`, whose times to live are not those of others.
 */
export function cacheOf({ cache_control, prompt_cache_breakpoint }: Marked): CacheMark | null {
  if (isObject(cache_control)) {
    const { ttl } = cache_control as { ttl?: unknown };
    return { ttl: typeof ttl === 'string' ? ttl : null };
  }
  return isObject(prompt_cache_breakpoint) ? { ttl: null } : null;
}

export function textPart(part: PartOf<'text'>): TextPart {
  return { ...text(part.text), cache: cacheOf(part) };
}

/** @throws AppError bad_request for data that cannot be read. */
export function userPart(part: ContentPart, param: string): UserPart {
  if (part.type !== 'input_audio') return resultPart(part, param);
  return { kind: 'audio', data: part.input_audio.data, format: part.input_audio.format };
}

/** @throws AppError bad_request for data that cannot be read. */
export function resultPart(
  part: Exclude<ContentPart, { type: 'input_audio' }>,
  param: string,
): TextPart | ImagePart | FilePart {
  switch (part.type) {
    case 'text':
      return textPart(part);
    case 'image_url':
      return imagePart(part, param);
    case 'file':
      return filePart(part, param);
  }
}

function imagePart(part: PartOf<'image_url'>, param: string): ImagePart {
  const { url, detail } = part.image_url;
  return {
    kind: 'image',
    source: /^data:/i.test(url) ? dataIn(url, param) : { at: 'url', url },
    detail: detailOf(detail),
    cache: cacheOf(part),
  };
}

function detailOf(detail: string | null | undefined): ImagePart['detail'] {
  if (detail === 'original') return 'high';
  return detail === 'low' || detail === 'high' || detail === 'auto' ? detail : null;
}

function filePart(part: PartOf<'file'>, param: string): FilePart {
  const { file_data, file_id, filename } = part.file;
  return {
    kind: 'file',
    source: fileSource(file_data ?? null, file_id ?? null, param),
    name: filename ?? null,
    cache: cacheOf(part),
  };
}

function fileSource(data: string | null, id: string | null, param: string): Source {
  if (data === null) {
    if (id !== null) return { at: 'file', id };
    throw new AppError('bad_request', `${param}: a file needs \`file_data\` or \`file_id\`.`, {
      param,
    });
  }
  if (/^data:/i.test(data)) return dataIn(data, param);
  // NOTE: bare base64 is not what is documented, but clients send it, for PDFs.
  return { at: 'data', mediaType: 'application/pdf', data };
}

function dataIn(url: string, param: string): Source {
  const data = readDataUrl(url);
  if (data) return data;
  throw new AppError('bad_request', `${param}: a data URL in it cannot be read.`, { param });
}

type Assistant = Pick<
  Extract<ChatMessage, { role: 'assistant' }>,
  'content' | 'refusal' | 'reasoning' | 'reasoning_content' | 'tool_calls' | 'annotations'
>;

/** An assistant's message: reasoning, words, refusal and calls, in this order. */
export function answerParts(message: Assistant): AnswerPart[] {
  const thought = message.reasoning_content ?? message.reasoning ?? '';
  const parts: AnswerPart[] = [];
  if (thought !== '') parts.push({ kind: 'thought', text: thought, seal: null, redacted: false });
  for (const part of message.content ?? []) {
    if (part.type === 'refusal') parts.push({ kind: 'refusal', text: part.refusal });
    else if (part.text !== '') parts.push(textPart(part));
  }
  const cited = parts.find((part) => part.kind === 'text');
  if (cited) cited.citations = readCitations(message.annotations);
  if (message.refusal) parts.push({ kind: 'refusal', text: message.refusal });
  return [...parts, ...(message.tool_calls ?? []).map(callPart)];
}

type Call = NonNullable<Assistant['tool_calls']>[number];

function callPart(call: Call): CallPart {
  const [name, args] =
    call.type === 'custom'
      ? [call.custom.name, call.custom.input]
      : [call.function.name, call.function.arguments ?? ''];
  return { kind: 'call', id: call.id, name, arguments: args, cache: null };
}

/** Sources in annotations; others than `url_citation` are left out. */
export function readCitations(annotations: unknown): Citation[] {
  if (!Array.isArray(annotations)) return [];
  return annotations.flatMap((annotation) => {
    const parsed = UrlCitation.safeParse(annotation);
    if (!parsed.success) return [];
    const { url, title, start_index, end_index } = parsed.data.url_citation;
    return [
      {
        url,
        title: title ?? null,
        quote: null,
        start: start_index ?? null,
        end: end_index ?? null,
      },
    ];
  });
}
