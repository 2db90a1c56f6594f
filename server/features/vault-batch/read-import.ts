import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import type { VaultImport } from '#shared/schemas/vault-batch.ts';

/** One token of a file. */
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
  /** Null = it is fine. */
  problem: 'notAToken' | 'twice' | null;
};

/** Longer than any platform's tokens. */
const MOST_TOKEN = 8_192;
const LEAST_TOKEN = 8;
/** Visible ASCII: what a token may be made of in a header. */
const TOKEN = /^[\x21-\x7e]+$/;

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
 * The tokens of a file in their order, those that are none and those that stand there twice marked.
 * @throws AppError bad_request when it is not of this format, or holds none.
 */
export function readImport({ format, text }: Pick<VaultImport, 'format' | 'text'>): ImportRow[] {
  const rows = READERS[format](text.replace(/^\uFEFF/, ''));
  if (rows.length === 0) throw unreadable('There is no token in it.');
  const seen = new Set<string>();
  for (const row of rows) {
    if (!isToken(row.token)) row.problem = 'notAToken';
    else if (seen.has(row.token)) row.problem = 'twice';
    else seen.add(row.token);
  }
  return rows;
}

const READERS: Readonly<Record<VaultImport['format'], (text: string) => ImportRow[]>> = {
  text: (text) =>
    text.split(/\r\n|\r|\n/).flatMap((line, index) => {
      const token = line.trim();
      return token === '' ? [] : [row(index + 1, { token })];
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
    return row(info.lines, { token: record[tokenAt]?.trim() ?? '', ...Object.fromEntries(fields) });
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
  } catch {
    throw unreadable('It is not CSV: a quote is missing or out of place.');
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
    const known = JsonRow.safeParse(entry);
    const members = new Map(
      Object.entries(known.data ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const find = (names: readonly string[]) =>
      names.map((name) => Texts.parse(members.get(name))).find((value) => value.length > 0);
    const fields = Object.entries(NAMES).flatMap(([field, names]) => {
      const value = find(names);
      return value === undefined ? [] : [[field, value]];
    });
    const token = find(TOKEN_NAMES);
    return row(index + 1, {
      token: typeof token === 'string' ? token.trim() : '',
      ...Object.fromEntries(fields),
    });
  });
}

/** A list, or what our own export wraps one in. */
function listIn(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return z.object({ accounts: z.array(z.unknown()) }).safeParse(value).data?.accounts ?? value;
  } catch {
    throw unreadable('It is not JSON.');
  }
}

const Told = z.object({
  token: z.string(),
  bizId: z.string().trim().min(1).max(255).nullable().catch(null),
  email: z.string().trim().min(1).max(255).nullable().catch(null),
  name: bounded(120),
  plan: bounded(60),
  memo: bounded(2_000),
  accessToken: z.string().trim().min(1).max(16_384).regex(TOKEN).nullable().catch(null),
  tags: z
    .union([z.array(z.string()), z.string().transform((tags) => tags.split(/[;,]/))])
    .transform((tags) => [...new Set(tags.map((tag) => tag.trim()).filter(isTag))].slice(0, 20))
    .catch([]),
});

function bounded(most: number) {
  return z
    .string()
    .transform((value) => value.trim().slice(0, most))
    .catch('');
}

const isTag = (tag: string) => tag !== '' && tag.length <= 60;

function row(line: number, fields: Readonly<Record<string, unknown>>): ImportRow {
  // NOTE: PostgreSQL's text holds no NUL.
  const clean = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replaceAll('\0', '') : value,
    ]),
  );
  const told = Told.parse({ ...clean, token: fields['token'] });
  return { line, ...told, tags: told.tags.map((tag) => tag.replaceAll('\0', '')), problem: null };
}

function isToken(text: string): boolean {
  return text.length >= LEAST_TOKEN && text.length <= MOST_TOKEN && TOKEN.test(text);
}

function unreadable(why: string): AppError {
  return new AppError('bad_request', `The file cannot be read. ${why}`, { param: 'text' });
}
