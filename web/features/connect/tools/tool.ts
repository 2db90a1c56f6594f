/** What a person's configuration is made of. The key is not among it: snippets only name where it is kept. */
export type Connection = {
  /** Where this server is reached, without a slash at its end: `https://gate.example.com`. */
  origin: string;
  model: string;
  /** What the example asks. */
  prompt: string;
};

/** The variable every snippet reads the key from. */
export const KEY_VARIABLE = 'GATEHOUSE_API_KEY';

/** What a tool speaks. */
export type Door = 'chat' | 'responses' | 'messages' | 'gemini';

/** Protocols by their own names, which are the same in every language. */
export const DOORS: Readonly<Record<Door, { name: string; path: string }>> = {
  chat: { name: 'Chat Completions', path: '/v1/chat/completions' },
  responses: { name: 'Responses', path: '/v1/responses' },
  messages: { name: 'Anthropic Messages', path: '/v1/messages' },
  gemini: { name: 'Gemini', path: '/v1beta/models/…' },
};

/** Languages a snippet is written in, by the names the highlighter knows. */
export type SnippetLanguage = 'bash' | 'python' | 'typescript' | 'toml' | 'json' | 'yaml';

/** Text to copy into a terminal or a file. */
export type CodeStep = {
  kind: 'code';
  language: SnippetLanguage;
  /** The file it belongs into; null for a terminal or a program of one's own. */
  file: string | null;
  text: string;
};

/** Values to type into a tool's settings, under the names that tool gives its fields. */
export type FieldsStep = {
  kind: 'fields';
  /** Where the fields are, in the tool's words. */
  place: string;
  /** A value of null is the key, which is never shown here. */
  fields: readonly { name: string; value: string | null }[];
};

export type Step = CodeStep | FieldsStep;

/** One way to use a tool: a language, a protocol or a file. */
export type Variant = {
  id: string;
  /** A name that is the same in every language. */
  name: string;
  doors: readonly Door[];
  /** What must be installed first; null where nothing is. */
  install: string | null;
  steps: readonly Step[];
};

export type ToolSpec = {
  name: string;
  /** The tool's own page about this. */
  docs: string;
  variants: (connection: Connection) => readonly Variant[];
};

/** A code step; most have no file. */
export function code(
  language: SnippetLanguage,
  lines: readonly string[],
  file: string | null = null,
): CodeStep {
  return { kind: 'code', language, file, text: lines.join('\n') };
}

/**
 * A value as a quoted string. NOTE: what JSON writes is read the same by Python, TypeScript, TOML
 * and YAML, whatever is in it.
 */
export function quoted(value: string): string {
  return JSON.stringify(value);
}

/** A value as one word of a shell: bare where that is safe, else in single quotes. */
export function shellWord(value: string): string {
  return /^[\w./:@%+-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

/** A JSON body as one word of a shell. */
export function shellJson(value: unknown): string {
  return `'${JSON.stringify(value, null, 2).replaceAll("'", `'\\''`)}'`;
}
