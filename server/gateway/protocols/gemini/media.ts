import type { FilePart, ImagePart, Source, UserPart } from '../dialogue.ts';

/*
 * Media in the request, in Google's file store, or at a public URL, which Google fetches itself.
 * Source: https://ai.google.dev/gemini-api/docs/file-input-methods
 */

type Blob = { mimeType?: string | null | undefined; data: string };
type FileData = { mimeType?: string | null | undefined; fileUri: string };

const STORE = /^(?:https?:\/\/generativelanguage\.googleapis\.com\/(?:\w+\/)?)?(files\/[\w-]+)/;

/** Google's id of a file in its store (`files/…`); null for any other address. */
export function storedFile(uri: string): string | null {
  return STORE.exec(uri)?.[1] ?? null;
}

/** Bytes in the request. */
export function readBlob({ mimeType, data }: Blob): UserPart {
  const mediaType = mimeType || 'application/octet-stream';
  if (mediaType.startsWith('audio/')) return { kind: 'audio', data, format: formatOf(mediaType) };
  return visible({ at: 'data', mediaType, data }, mediaType);
}

/** A file by its address. */
export function readFileData({ mimeType, fileUri }: FileData): ImagePart | FilePart {
  const id = storedFile(fileUri);
  return visible(
    id === null ? { at: 'url', url: fileUri } : { at: 'file', id },
    mimeType || typeByName(fileUri) || '',
  );
}

/** The part of a request that carries it. */
export function writeMedia(part: Exclude<UserPart, { kind: 'text' }>): Record<string, unknown> {
  if (part.kind === 'audio')
    return {
      inlineData: {
        mimeType: AUDIO_TYPES.get(part.format) ?? `audio/${part.format}`,
        data: part.data,
      },
    };
  const { source } = part;
  if (source.at === 'data')
    return { inlineData: { mimeType: source.mediaType, data: source.data } };
  const fileUri = source.at === 'url' ? source.url : `${FILES}${source.id}`;
  return { fileData: { mimeType: typeAt(fileUri, part.kind), fileUri } };
}

const FILES = 'https://generativelanguage.googleapis.com/v1beta/';

/** Formats by OpenAI's names. Source: https://ai.google.dev/gemini-api/docs/audio#supported-formats */
const AUDIO_TYPES: ReadonlyMap<string, string> = new Map([
  ['wav', 'audio/wav'],
  ['mp3', 'audio/mp3'],
]);
const AUDIO_FORMATS: ReadonlyMap<string, string> = new Map([
  ['mpeg', 'mp3'],
  ['x-wav', 'wav'],
  ['wave', 'wav'],
]);

function formatOf(mediaType: string): string {
  const name = (mediaType.slice('audio/'.length).split(';')[0] ?? '').toLowerCase();
  return AUDIO_FORMATS.get(name) ?? name;
}

function visible(source: Source, mediaType: string): ImagePart | FilePart {
  if (mediaType.startsWith('image/')) return { kind: 'image', source, detail: null, cache: null };
  return { kind: 'file', source, name: null, cache: null };
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['webp', 'image/webp'],
  ['gif', 'image/gif'],
  ['heic', 'image/heic'],
  ['heif', 'image/heif'],
  ['pdf', 'application/pdf'],
  ['txt', 'text/plain'],
  ['md', 'text/markdown'],
  ['html', 'text/html'],
  ['csv', 'text/csv'],
  ['xml', 'text/xml'],
  ['json', 'application/json'],
]);

/** What the end of an address says about its type. */
function typeByName(address: string): string | undefined {
  const path = address.split(/[?#]/)[0] ?? '';
  return TYPES.get(/\.(\w{2,5})$/.exec(path)?.[1]?.toLowerCase() ?? '');
}

/** The dialogue knows no media type of an address, and Google wants one: the name says it, else the kind. */
function typeAt(address: string, kind: 'image' | 'file'): string {
  const type = typeByName(address);
  if (kind === 'image') return type?.startsWith('image/') ? type : 'image/jpeg';
  return type && !type.startsWith('image/') ? type : 'application/pdf';
}
