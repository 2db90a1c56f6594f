import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import {
  cleanTags,
  type ImportProblem,
  type ImportRow,
  type ImportText,
  isToken,
  type ParsedImport,
  TOKEN,
  tagsOf,
  withoutNul,
} from './import-row.ts';

const TOKEN_NAMES = ['refresh_token', 'refreshtoken', 'rt', 'rt_token', 'token'];
const NAMES: Readonly<Record<string, readonly string[]>> = {
  bizId: ['biz_id', 'bizid'],
  email: ['email', 'e-mail', 'mail'],
  name: ['name', 'user_name', 'username'],
  plan: ['plan', 'type'],
  tags: ['tags', 'tag'],
  memo: ['memo', 'note'],
  accessToken: ['access_token', 'accesstoken', 'at'],
};

/**
 * The tokens of a file in their order: one a line, CSV with a head, or JSON.
 * @throws AppError bad_request when it is not of this format, or holds nothing.
 */
export function parseImport(text: string, format: ImportText): ParsedImport {
  const found = READERS[format](text.replace(/^\uFEFF/, ''));
  if (found.length === 0) throw unreadable('There is no token in it.');
  const rows: ImportRow[] = [];
  const problems: ImportProblem[] = [];
  const seen = new Set<string>();
  for (const row of found) {
    const { line, token } = row;
    if (!isToken(token)) problems.push({ line, reason: 'notAToken' });
    else if (seen.has(token)) problems.push({ line, reason: 'twice' });
    else rows.push(row);
    seen.add(token);
  }
  return { rows, problems };
}

const READERS: Readonly<Record<ImportText, (text: string) => ImportRow[]>> = {
  text: (text) =>
    text.split(/\r\n|\r|\n/).flatMap((line, index) => {
      const token = line.trim();
      return token === '' ? [] : [rowOf(index + 1, { token })];
    }),
  csv: readCsv,
  json: readJson,
};

function readCsv(text: string): ImportRow[] {
  const records = recordsOf(text);
  const head = records.shift()?.record.map((cell) => cell.trim().toLowerCase()) ?? [];
  const at = (names: readonly string[]) => head.findIndex((cell) => names.includes(cell));
  const tokenAt = at(TOKEN_NAMES);
  if (tokenAt === -1) {
    throw unreadable('Its first line has to name the columns, one of them refresh_token.');
  }
  const places = Object.entries(NAMES).map(([field, names]) => [field, at(names)] as const);
  return records.map(({ info, record }) => {
    const fields = places.flatMap(([field, place]) => {
      const cell = record[place]?.trim();
      return cell ? [[field, cell]] : [];
    });
    const token = record[tokenAt]?.trim() ?? '';
    return rowOf(info.lines, { ...Object.fromEntries(fields), token });
  });
}

const Records = z.array(
  z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) }),
);

function recordsOf(text: string) {
  try {
    return Records.parse(
      parse(text, { info: true, relax_column_count: true, skip_empty_lines: true }),
    );
  } catch (cause) {
    throw unreadable('It is not CSV: a quote is missing or out of place.', cause);
  }
}

const Texts = z.union([z.string(), z.array(z.string())]).catch('');
const JsonRow = z.union([
  z.string().transform((token): Record<string, unknown> => ({ refresh_token: token })),
  z.record(z.string(), z.unknown()),
]);

function readJson(text: string): ImportRow[] {
  const list = z.array(z.unknown()).safeParse(listIn(text));
  if (!list.success) throw unreadable('It has to be a JSON list of tokens, or of objects.');
  return list.data.map((entry, index) => {
    const known = JsonRow.safeParse(entry).data ?? {};
    const members = new Map(
      Object.entries(known).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const find = (names: readonly string[]) =>
      names.map((name) => Texts.parse(members.get(name))).find((value) => value.length > 0);
    const fields = Object.entries(NAMES).flatMap(([field, names]) => {
      const value = find(names);
      return value === undefined ? [] : [[field, value]];
    });
    const token = find(TOKEN_NAMES);
    return rowOf(index + 1, {
      ...Object.fromEntries(fields),
      token: typeof token === 'string' ? token.trim() : '',
    });
  });
}

/** A list, or what our own export wraps one in. */
function listIn(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return z.object({ accounts: z.array(z.unknown()) }).safeParse(value).data?.accounts ?? value;
  } catch (cause) {
    throw unreadable('It is not JSON.', cause);
  }
}

const Told = z.object({
  token: z.string(),
  bizId: text(255).nullable().catch(null),
  email: text(255).nullable().catch(null),
  name: cut(120),
  plan: cut(60),
  memo: cut(2_000),
  accessToken: text(16_384).regex(TOKEN).nullable().catch(null),
  tags: z.union([z.array(z.string()).transform(cleanTags), z.string().transform(tagsOf)]).catch([]),
});

function text(most: number) {
  return z.string().overwrite(withoutNul).trim().min(1).max(most);
}

function cut(most: number) {
  return z
    .string()
    .transform((value) => withoutNul(value).trim().slice(0, most))
    .catch('');
}

function rowOf(line: number, fields: Readonly<Record<string, unknown>>): ImportRow {
  return { line, ...Told.parse(fields) };
}

function unreadable(why: string, cause?: unknown): AppError {
  return new AppError('bad_request', `The file cannot be read. ${why}`, { param: 'text', cause });
}
