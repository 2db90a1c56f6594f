import { tryParseObject } from './body.ts';

type Json = Record<string, unknown>;

export type WordTemplate = {
  /** The words of a chunk that differs from the one learned in its words alone; else null. */
  wordsIn(data: string): string | null;
  /** A chunk that said these words and nothing else. */
  learn(data: string, words: string): void;
};

/** In a chunk, around its words. */
type Around = { before: string; after: string };

/** A stream in which so many chunks in a row are all different otherwise gains nothing here. */
const MOST_IN_VAIN = 4;
/** What needs no escape in JSON. */
const PLAIN = /^[^"\\\p{Cc}]*$/u;
const PROBE = 'gatehouse probe';

/**
 * Reads chunks that say nothing but words without parsing them: of most streams each chunk is the one
 * before with other words in it, and parsing takes several times as long as comparing. What is compared
 * is all but the words, so that a chunk that says anything else is parsed.
 *
 * @param member The name of the member that holds the words.
 * @param read The words of a parsed chunk, wherever they stand.
 */
export function createWordTemplate(
  member: string,
  read: (chunk: Json) => string | null,
): WordTemplate {
  const opening = `${JSON.stringify(member)}:"`;
  let around: Around | null = null;
  let inVain = 0;

  /** Proved with other words: that they are read from this very place. */
  function aroundOf(data: string, words: string): Around | null {
    if (!PLAIN.test(words)) return null;
    const start = data.indexOf(`${opening}${words}"`);
    if (start < 0) return null;
    const before = data.slice(0, start + opening.length);
    const after = data.slice(before.length + words.length);
    const probed = tryParseObject(before + PROBE + after);
    return probed !== null && read(probed) === PROBE ? { before, after } : null;
  }

  return {
    wordsIn(data) {
      if (around === null) return null;
      const { before, after } = around;
      const end = data.length - after.length;
      if (end < before.length || !data.startsWith(before) || !data.endsWith(after)) return null;
      const words = data.slice(before.length, end);
      if (!PLAIN.test(words)) return null;
      inVain = 0;
      return words;
    },
    learn(data, words) {
      if (inVain === MOST_IN_VAIN) return;
      inVain += 1;
      around = aroundOf(data, words);
    },
  };
}
