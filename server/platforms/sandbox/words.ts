const WORD =
  /\s*(?:[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]|[^\s\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]{1,24})|\s+$/gu;

/**
 * The sandbox's tokens: words with the white space before them, single characters where words are
 * not spaced. Joined they are the text again.
 */
export function words(text: string): string[] {
  return text.match(WORD) ?? [];
}
