/** One token of a file, with what the file says of it. */
export type ImportRow = {
  /** Where it stands in the file, from 1 on: a line, or in JSON a place in the list. */
  line: number;
  token: string;
  bizId: string | null;
  email: string | null;
  name: string;
  plan: string;
  tags: string[];
  memo: string;
  accessToken: string | null;
};

/** Something of a file that is not taken, and why. */
export type ImportProblem = { line: number; reason: 'notAToken' | 'twice' };

/** What a file holds: every token of it is in exactly one of the two. */
export type ParsedImport = { rows: ImportRow[]; problems: ImportProblem[] };

export const IMPORT_TEXTS = ['text', 'csv', 'json'] as const;
export type ImportText = (typeof IMPORT_TEXTS)[number];

/** Longer than any platform's tokens. */
const MOST_TOKEN = 8_192;
const LEAST_TOKEN = 8;
/** Visible ASCII: what a token may be made of in a header. */
export const TOKEN = /^[\x21-\x7e]+$/;

/** Whether this can be a token at all. */
export function isToken(text: string): boolean {
  return text.length >= LEAST_TOKEN && text.length <= MOST_TOKEN && TOKEN.test(text);
}

/** Tags as a text tells them, with commas or semicolons between. */
export function tagsOf(text: string): string[] {
  return cleanTags(text.split(/[;,，；]/));
}

/** Each once, none too long, twenty at most. */
export function cleanTags(tags: readonly string[]): string[] {
  const trimmed = tags.map((tag) => withoutNul(tag).trim());
  return [...new Set(trimmed.filter((tag) => tag !== '' && tag.length <= 60))].slice(0, 20);
}

/** PostgreSQL's text holds no NUL. */
export function withoutNul(text: string): string {
  return text.replaceAll('\0', '');
}
