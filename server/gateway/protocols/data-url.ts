import type { Source } from './dialogue.ts';

type Data = Extract<Source, { at: 'data' }>;

const SCHEME = 'data:';
const BASE64 = ';base64';

/**
 * What a `data:` URL holds, null for anything else and for a broken one.
 * Source: https://www.rfc-editor.org/rfc/rfc2397
 */
export function readDataUrl(url: string): Data | null {
  // NOTE: not by one expression, for that runs out of stack on many megabytes.
  const comma = url.indexOf(',');
  if (comma < 0 || url.slice(0, SCHEME.length).toLowerCase() !== SCHEME) return null;
  const head = url.slice(SCHEME.length, comma);
  const data = url.slice(comma + 1);
  const mediaType = head.split(';', 1)[0] || 'text/plain';
  const at = { at: 'data' as const, mediaType };
  if (head.slice(-BASE64.length).toLowerCase() === BASE64) return { ...at, data };
  try {
    return { ...at, data: Buffer.from(decodeURIComponent(data)).toString('base64') };
  } catch {
    return null;
  }
}

export function writeDataUrl({ mediaType, data }: Data): string {
  return `data:${mediaType};base64,${data}`;
}
