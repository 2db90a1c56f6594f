import { type Document, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import { ApplyDocument } from '#shared/schemas/apply.ts';
import { ApplyFileError, pathText } from './apply-file-error.ts';
import { checkRepeats } from './check-repeats.ts';
import { type Environment, markReferences, resolveText, unmark } from './env-references.ts';

export type DocumentSource = {
  /** For messages only. */
  file: string;
  /** YAML or JSON, which is YAML too. */
  text: string;
  env: Environment;
};

/**
 * Reads a set-up file: parse, replace `${NAME}` by environment variables, check every field.
 * Throws AppError bad_request that names file, line where it is known, and the path of the field;
 * never a value, because that may be a secret.
 */
export function readDocument({ file, text, env }: DocumentSource): ApplyDocument {
  const lines = new LineCounter();
  let parsed: Document | undefined;
  try {
    parsed = parseYaml(text, lines);
    const result = ApplyDocument.safeParse(resolveAll(toPlain(parsed), env, []));
    if (!result.success) throw fromIssues(result.error.issues);
    checkRepeats(result.data);
    return result.data;
  } catch (error) {
    if (!(error instanceof ApplyFileError)) throw error;
    const line = error.place.line ?? lineOf(parsed, lines, error.place.path);
    const where = line === undefined ? file : `${file}, line ${line}`;
    throw new AppError('bad_request', `${where}: ${error.message}`, {
      ...(error.place.path !== undefined && { param: error.place.path }),
    });
  }
}

/** The line of a field, or of the innermost part around it that the text has; undefined = none. */
export function lineAt(text: string, path: string): number | undefined {
  const lines = new LineCounter();
  return lineOf(parseYaml(text, lines), lines, path);
}

function parseYaml(text: string, lineCounter: LineCounter): Document {
  const document = parseDocument(markReferences(text), {
    lineCounter,
    prettyErrors: false,
    logLevel: 'error',
    stringKeys: true,
  });
  const [error] = document.errors;
  if (!error) return document;
  // Behind a colon or backslash a parser's message may quote the file.
  const what = unmark(error.message.split(/[:\n\\]/)[0] ?? error.code);
  throw new ApplyFileError(`is not valid YAML or JSON (${what})`, {
    line: lineCounter.linePos(error.pos[0]).line,
  });
}

function toPlain(document: Document): unknown {
  try {
    // NOTE: maxAliasCount (100) is what stops a file from unfolding into gigabytes.
    const plain: unknown = document.toJS();
    if (typeof plain === 'object' && plain !== null && !Array.isArray(plain)) return plain;
  } catch {
    throw new ApplyFileError('uses an alias (*name) that is unknown or used too often');
  }
  throw new ApplyFileError('must hold lists such as users, platforms, accounts, models and keys');
}

const DEEPEST = 20;

/** Replaces references in every text, at whatever depth; names of fields cannot hold any. */
function resolveAll(value: unknown, env: Environment, path: readonly PropertyKey[]): unknown {
  if (path.length > DEEPEST) throw new ApplyFileError('is nested too deeply');
  if (typeof value === 'string') return resolveText(value, env, pathText(path));
  if (Array.isArray(value)) return value.map((entry, at) => resolveAll(entry, env, [...path, at]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => {
      const shown = unmark(name);
      return [shown, resolveAll(entry, env, [...path, shown])];
    }),
  );
}

/** The first issue, in words; the others are found on the next try. */
function fromIssues(issues: readonly z.core.$ZodIssue[]): ApplyFileError {
  const [issue] = issues;
  if (!issue) return new ApplyFileError('is not a set-up file');
  if (issue.code !== 'unrecognized_keys') {
    return new ApplyFileError(issue.message, { path: pathText(issue.path) });
  }
  const path = pathText([...issue.path, issue.keys[0] ?? '']);
  return new ApplyFileError('there is no such field', { path });
}

/** The line of the innermost part of the path that the file has. */
function lineOf(parsed: Document | undefined, lines: LineCounter, path: string | undefined) {
  if (!parsed || path === undefined) return undefined;
  const parts = partsOf(path);
  for (let length = parts.length; length > 0; length -= 1) {
    const node: unknown = parsed.getIn(parts.slice(0, length), true);
    const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : null;
    if (Array.isArray(range)) return lines.linePos(Number(range[0])).line;
  }
  return undefined;
}

function partsOf(path: string): (string | number)[] {
  return [...path.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g)].map((found) => {
    if (found[1] !== undefined) return Number(found[1]);
    return found[2] === undefined ? (found[3] ?? '') : String(JSON.parse(found[2]));
  });
}
