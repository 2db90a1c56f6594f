import type { GeminiGrounding } from '#shared/wire/gemini.ts';
import type { Citation } from '../dialogue.ts';

/*
 * Sources that a model names. Google counts places in bytes of UTF-8, the dialogue in UTF-16.
 * Source: https://ai.google.dev/api/generate-content#GroundingMetadata
 */

/** The sources of a text; without places where Google tells none. */
export function readCitations(grounding: GeminiGrounding, text: string): Citation[] {
  const chunks = (grounding.groundingChunks ?? []).map(({ web }) => web);
  const supports = grounding.groundingSupports ?? [];
  if (supports.length === 0) return chunks.flatMap((web) => cite(web, null, text));
  return supports.flatMap(({ segment, groundingChunkIndices }) =>
    (groundingChunkIndices ?? []).flatMap((index) => cite(chunks[index], segment ?? null, text)),
  );
}

type Grounding = NonNullable<GeminiGrounding['groundingChunks']>[number]['web'];
type Segment = {
  startIndex?: number | null | undefined;
  endIndex?: number | null | undefined;
  text?: string | null | undefined;
};

function cite(web: Grounding, segment: Segment | null, text: string): Citation[] {
  if (!web?.uri) return [];
  const end = segment?.endIndex ? placeOf(segment.endIndex, text) : null;
  // NOTE: Google leaves a start of 0 out.
  const start = end === null ? null : placeOf(segment?.startIndex ?? 0, text);
  const title = web.title ?? null;
  return [{ url: web.uri, title, quote: segment?.text ?? null, start, end }];
}

/** Null when the text is shorter. */
function placeOf(byte: number, text: string): number | null {
  const bytes = Buffer.from(text);
  return byte > bytes.length ? null : bytes.toString('utf8', 0, byte).length;
}

/** One text of an answer and its sources; `partIndex` is its place among the parts. */
export type Cited = { text: string; partIndex: number; citations: readonly Citation[] };

/** Null when no text has a source. */
export function writeGrounding(texts: readonly Cited[]): Record<string, unknown> | null {
  const cited = texts.flatMap(({ citations, ...place }) =>
    citations.map((citation) => ({ citation, ...place })),
  );
  if (cited.length === 0) return null;
  const urls = [...new Map(cited.map(({ citation }) => [citation.url, citation.title]))];
  const groundingSupports = cited.flatMap(
    ({ citation: { url, start, end, quote }, text, partIndex }) => {
      if (start === null || end === null) return [];
      const segment = {
        partIndex,
        startIndex: Buffer.byteLength(text.slice(0, start)),
        endIndex: Buffer.byteLength(text.slice(0, end)),
        text: quote ?? text.slice(start, end),
      };
      return [{ segment, groundingChunkIndices: [urls.findIndex(([it]) => it === url)] }];
    },
  );
  const groundingChunks = urls.map(([uri, title]) => ({
    web: { uri, ...(title === null ? {} : { title }) },
  }));
  return { groundingChunks, groundingSupports };
}
