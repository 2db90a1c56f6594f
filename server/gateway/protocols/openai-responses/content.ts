import { AppError } from '#shared/errors.ts';
import type { ResponsesContent } from '#shared/wire/openai-responses.ts';
import { isObject } from '../body.ts';
import { readDataUrl, writeDataUrl } from '../data-url.ts';
import type {
  CacheMark,
  Citation,
  FilePart,
  ImagePart,
  RefusalPart,
  Source,
  TextPart,
  UserPart,
} from '../dialogue.ts';

/*
 * What messages and the outputs of tools hold, read and written.
 * Source: https://platform.openai.com/docs/api-reference/responses/create#responses-create-input
 */

export type ContentPart = UserPart | RefusalPart;

/**
 * One part, or null for kinds that mean nothing elsewhere.
 * @throws AppError bad_request for a part that lacks what it should hold; `at` names it.
 */
export function readContent(content: ResponsesContent, at: string): ContentPart | null {
  switch (content.type) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return readText(content, at);
    case 'refusal':
      return { kind: 'refusal', text: need(content.refusal, `${at}.refusal`) };
    case 'input_image':
      return readImage(content, at);
    case 'input_file':
      return readFile(content, at);
    case 'input_audio':
      return readAudio(content, at);
    default:
      return null;
  }
}

/** A part of a user's message or a tool's output. */
export function writeInput(part: UserPart): object {
  switch (part.kind) {
    case 'text':
      return { type: 'input_text', text: part.text };
    case 'image':
      return writeImage(part);
    case 'file':
      return writeFile(part);
    case 'audio':
      return { type: 'input_audio', input_audio: { data: part.data, format: part.format } };
  }
}

/** The sources named in a text; those that are files of a platform say nothing elsewhere. */
export function readCitations(annotations: unknown): Citation[] {
  return Array.isArray(annotations) ? annotations.flatMap((it) => readCitation(it) ?? []) : [];
}

/** Null for a source that has no address. */
export function readCitation(annotation: unknown): Citation | null {
  if (!isObject(annotation) || typeof annotation['url'] !== 'string') return null;
  const { url, title, start_index: start, end_index: end } = annotation;
  const known = typeof start === 'number' && typeof end === 'number' && end > 0;
  return {
    url,
    title: typeof title === 'string' && title !== '' ? title : null,
    quote: null,
    start: known ? start : null,
    end: known ? end : null,
  };
}

/** Numbers are asked for: what is not known is an empty range at the start. */
export function writeCitation({ url, title, start, end }: Citation): object {
  const known = start !== null && end !== null;
  return {
    type: 'url_citation',
    url,
    title: title ?? '',
    start_index: known ? start : 0,
    end_index: known ? end : 0,
  };
}

function readText(content: ResponsesContent, at: string): TextPart {
  return {
    kind: 'text',
    text: need(content.text, `${at}.text`),
    citations: readCitations(content.annotations),
    cache: cacheMark(content),
  };
}

function readImage(content: ResponsesContent, at: string): ImagePart {
  return {
    kind: 'image',
    source: imageSource(content, at),
    detail: readDetail(content.detail),
    cache: cacheMark(content),
  };
}

function imageSource({ file_id, image_url }: ResponsesContent, at: string): Source {
  if (typeof file_id === 'string') return { at: 'file', id: file_id };
  return readUrl(need(image_url, `${at}.image_url`), `${at}.image_url`);
}

function readDetail(detail: string | null | undefined): ImagePart['detail'] {
  if (detail === 'low' || detail === 'high' || detail === 'auto') return detail;
  return detail === 'original' ? 'high' : null;
}

function readFile(content: ResponsesContent, at: string): FilePart {
  return {
    kind: 'file',
    source: fileSource(content, at),
    name: content.filename ?? null,
    cache: cacheMark(content),
  };
}

function fileSource({ file_id, file_url, file_data }: ResponsesContent, at: string): Source {
  if (typeof file_id === 'string') return { at: 'file', id: file_id };
  if (typeof file_url === 'string') return { at: 'url', url: file_url };
  const data = need(file_data, `${at}.file_data`);
  if (/^data:/i.test(data)) return readUrl(data, `${at}.file_data`);
  // Without a media type it is a PDF: the one kind of document that every model reads.
  return { at: 'data', mediaType: 'application/pdf', data };
}

function readAudio({ input_audio: audio }: ResponsesContent, at: string): UserPart {
  if (!audio) throw missing(`${at}.input_audio`);
  return { kind: 'audio', data: audio.data, format: audio.format };
}

function readUrl(url: string, at: string): Source {
  if (!/^data:/i.test(url)) return { at: 'url', url };
  const data = readDataUrl(url);
  if (data) return data;
  const message = `${at}: a data URL must read data:<media type>;base64,<data>.`;
  throw new AppError('bad_request', message, { param: at });
}

function writeImage({ source, detail }: ImagePart): object {
  const from =
    source.at === 'file'
      ? { file_id: source.id }
      : { image_url: source.at === 'url' ? source.url : writeDataUrl(source) };
  return { type: 'input_image', ...from, ...(detail ? { detail } : {}) };
}

function writeFile({ source, name }: FilePart): object {
  switch (source.at) {
    case 'file':
      return { type: 'input_file', file_id: source.id };
    // NOTE: a name may stand beside data only.
    case 'url':
      return { type: 'input_file', file_url: source.url };
    case 'data':
      return {
        type: 'input_file',
        filename: name ?? nameFor(source.mediaType),
        file_data: writeDataUrl(source),
      };
  }
}

/** OpenAI wants a name beside the data and looks at its ending. */
function nameFor(mediaType: string): string {
  if (mediaType === 'application/pdf') return 'document.pdf';
  return mediaType.startsWith('text/') ? 'document.txt' : 'document';
}

/** Its `ttl` is of the platform's own kind, and nobody else's. */
function cacheMark({ prompt_cache_breakpoint: mark }: ResponsesContent): CacheMark | null {
  return isObject(mark) ? { ttl: null } : null;
}

function need(value: string | null | undefined, at: string): string {
  if (typeof value !== 'string') throw missing(at);
  return value;
}

function missing(at: string): AppError {
  return new AppError('bad_request', `${at}: this must be here.`, { param: at });
}
