import { CitationList, type Cited } from '#shared/wire/anthropic-messages.ts';
import type { Citation } from '../dialogue.ts';

/** Citations of something on the web; those of the client's own documents have no address. */
export function readCitations(json: unknown): Citation[] {
  const parsed = CitationList.safeParse(json);
  return parsed.success ? parsed.data.flatMap(citation) : [];
}

/** Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool#citations */
export function writeCitation({ url, title, quote }: Citation): object {
  return {
    type: 'web_search_result_location',
    url,
    title,
    cited_text: quote ?? '',
    encrypted_index: '',
  };
}

function citation(cited: Cited): Citation[] {
  const url = cited.url ?? webAddress(cited.source);
  if (!url) return [];
  const { title = null, cited_text } = cited;
  return [{ url, title, quote: cited_text || null, start: null, end: null }];
}

/** A search result of the client's names its source, which need not be an address. */
function webAddress(source: string | null | undefined): string | null {
  return source && /^https?:\/\//.test(source) ? source : null;
}
