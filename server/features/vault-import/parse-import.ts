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
 * @throws AppError bad_request when it is not of this format, holds nothing, or more than `most`.
 */
export function parseImport(text: string, format: ImportText, most: number): ParsedImport {
  const found = READERS[format](text.replace(/^\uFEFF/, ''), most);
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

/** Stops before it makes more rows than `most`: a short file may have millions. */
type Reader = (text: string, most: number) => ImportRow[];

const READERS: Readonly<Record<ImportText, Reader>> = {
  text: (text, most) => {
    const lines = text.split(/\r\n|\r|\n/).flatMap((line, index) => {
      const token = line.trim();
      return token === '' ? [] : [{ line: index + 1, token }];
    });
    return checked(lines, most).map(({ line, token }) => rowOf(line, { token }));
  },
  csv: readCsv,
  json: readJson,
};

function readCsv(text: string, most: number): ImportRow[] {
  const records = recordsOf(text, most);
  const head = records.shift()?.record.map((cell) => cell.trim().toLowerCase()) ?? [];
  const at = (names: readonly string[]) => head.findIndex((cell) => names.includes(cell));
  const tokenAt = at(TOKEN_NAMES);
  if (tokenAt === -1) {
    throw unreadable('Its first line has to name the columns, one of them refresh_token.');
  }
  const places = Object.entries(NAMES).map(([field, names]) => [field, at(names)] as const);
  return checked(records, most).map(({ info, record }) => {
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

function recordsOf(text: string, most: number) {
  try {
    return Records.parse(
      parse(text, {
        ...{ info: true, relax_column_count: true, skip_empty_lines: true },
        // The head, and one more than may be.
        to: most + 2,
      }),
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

function readJson(text: string, most: number): ImportRow[] {
  const list = listIn(text);
  if (!Array.isArray(list)) throw unreadable('It has to be a JSON list of tokens, or of objects.');
  return checked(list, most).map((entry, index) => {
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
    const wrapped = typeof value === 'object' && value !== null && 'accounts' in value;
    return wrapped ? value.accounts : value;
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

function checked<Entry>(entries: Entry[], most: number): Entry[] {
  if (entries.length <= most) return entries;
  throw new AppError('bad_request', `At most ${most} at once. Do it in parts.`, { param: 'text' });
}

function unreadable(why: string, cause?: unknown): AppError {
  return new AppError('bad_request', `The file cannot be read. ${why}`, { param: 'text', cause });
}
