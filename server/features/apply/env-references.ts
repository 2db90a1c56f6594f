import { ApplyFileError } from './apply-file-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/*
 * References are marked before YAML is parsed, because `{ password: ${X} }` is no YAML: a brace ends
 * a plain value there. The marks are private-use characters of the same number, so that lines and
 * columns stay true.
 */
const OPEN = '\uE000';
const CLOSE = '\uE001';
const ESCAPED = '\uE002';
const NAME = '[A-Za-z_][A-Za-z0-9_]*';
const MARKS = /[\uE000-\uE002]/;

/** Makes `${NAME}` and `$${` safe for the YAML parser; `resolveText` undoes it. */
export function markReferences(source: string): string {
  const taken = MARKS.exec(source);
  if (taken) {
    const line = source.slice(0, taken.index).split('\n').length;
    throw new ApplyFileError('holds a private-use character (U+E000 to U+E002); remove it', {
      line,
    });
  }
  return source
    .replace(new RegExp(`\\$\\$\\{(${NAME})\\}`, 'g'), `${ESCAPED}${ESCAPED}${ESCAPED}$1${CLOSE}`)
    .replaceAll('$${', `${ESCAPED}${ESCAPED}${ESCAPED}`)
    .replace(new RegExp(`\\$\\{(${NAME})\\}`, 'g'), `${OPEN}${OPEN}$1${CLOSE}`);
}

const TOKENS = new RegExp(
  `${OPEN}${OPEN}(?<name>${NAME})${CLOSE}|(?<escaped>${ESCAPED}{3})|(?<close>${CLOSE})|(?<broken>\\$\\{)`,
  'g',
);

/** The value with its references replaced. An empty variable counts as unset, as everywhere. */
export function resolveText(marked: string, env: Environment, path: string): string {
  return marked.replace(TOKENS, (...args) => {
    const groups = args.at(-1) as Record<string, string | undefined>;
    if (groups['escaped'] !== undefined) return '${';
    if (groups['close'] !== undefined) return '}';
    const name = groups['name'];
    if (name === undefined) {
      throw new ApplyFileError(
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is about that very text.
        'a reference looks like ${NAME}, with letters, digits and _; write $${ for a plain ${',
        { path },
      );
    }
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value === undefined || value === '') {
      throw new ApplyFileError(`the environment variable ${name} is not set`, { path });
    }
    return value;
  });
}

/** The text as it stood in the file, for messages. */
export function unmark(marked: string): string {
  return marked
    .replaceAll(OPEN + OPEN, '${')
    .replaceAll(ESCAPED.repeat(3), '$${')
    .replaceAll(CLOSE, '}');
}
