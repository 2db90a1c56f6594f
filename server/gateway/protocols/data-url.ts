import type { Source } from './dialogue.ts';

type Data = Extract<Source, { at: 'data' }>;

const DATA_URL = /^data:([^;,]*)((?:;[^;,]*)*),/i;

/**
 * What a `data:` URL holds, null for anything else and for a broken one.
 * Source: https://www.rfc-editor.org/rfc/rfc2397
 */
export function readDataUrl(url: string): Data | null {
  const head = DATA_URL.exec(url);
  if (!head) return null;
  const [all, mediaType, parameters = ''] = head;
  const data = url.slice(all.length);
  const at = { at: 'data' as const, mediaType: mediaType || 'text/plain' };
  if (/;base64$/i.test(parameters)) return { ...at, data };
  try {
    return { ...at, data: Buffer.from(decodeURIComponent(data)).toString('base64') };
  } catch {
    return null;
  }
}

export function writeDataUrl({ mediaType, data }: Data): string {
  return `data:${mediaType};base64,${data}`;
}
