import { type CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import { type ImportPreview, type ImportProblem, ImportRow } from '#shared/schemas/users-bulk.ts';

/** What the columns of a file are called, and what they are of a person. */
const COLUMNS = {
  username: 'username',
  display_name: 'displayName',
  email: 'email',
  role: 'role',
  trust_level: 'trustLevel',
  state: 'state',
} as const satisfies Record<string, keyof ImportRow>;
type Column = keyof typeof COLUMNS;

const MOST_ROWS = 5_000;
const MOST_PROBLEMS = 200;
const LONGEST_CELL = 1_000;

/** What the parser gives with `info`. */
const Records = z.array(
  z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) }),
);

type Read = { people: ImportPreview['people']; problems: ImportProblem[]; ignored: string[] };

/**
 * People in a CSV file whose first line names the columns; what is wrong is told line by line. Two lines
 * with the same name or address are one too many.
 * @throws AppError bad_request for what is no CSV, has no column `username`, or more than 5,000 lines.
 */
export function readImport(text: string): Read {
  const [head, ...records] = recordsOf(text);
  const names = (head?.cells ?? []).map((name) => name.trim().toLowerCase());
  if (!names.includes('username')) {
    throw notReadable('The first line has to name the columns, "username" among them.');
  }
  const twice = names.find((name, at) => name in COLUMNS && names.indexOf(name) !== at);
  if (twice !== undefined) throw notReadable(`The column "${twice}" is there twice.`);
  if (records.length > MOST_ROWS) throw notReadable('At most 5,000 people at once.');
  const read: Read = {
    people: [],
    problems: [],
    ignored: names.filter((name) => name !== '' && !(name in COLUMNS)),
  };
  const seen = { username: new Map<string, number>(), email: new Map<string, number>() };
  for (const { cells, line } of records) {
    const found = ImportRow.safeParse(membersOf(names, cells));
    if (!found.success) {
      read.problems.push(...found.error.issues.map((issue) => toProblem(line, issue)));
      continue;
    }
    const repeated = (['username', 'email'] as const).flatMap((column) => {
      const value = found.data[column];
      if (value === undefined) return [];
      const first = seen[column].get(value);
      seen[column].set(value, first ?? line);
      return first === undefined ? [] : [{ line, column, message: `is on line ${first}, too` }];
    });
    if (repeated.length > 0) read.problems.push(...repeated);
    else read.people.push({ line, row: found.data });
  }
  return read;
}

/** The first few hundred problems, by line. */
export function bounded(problems: readonly ImportProblem[]): ImportProblem[] {
  return problems.toSorted((a, b) => a.line - b.line).slice(0, MOST_PROBLEMS);
}

/** Lines that hold something, with their numbers in the file. */
function recordsOf(text: string): { cells: string[]; line: number }[] {
  try {
    const found: unknown = parse(text, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      max_record_size: 20_000,
      delimiter: delimiterOf(text),
    });
    return Records.parse(found).map(({ info, record }) => ({ cells: record, line: info.lines }));
  } catch (error) {
    throw notReadable(isCsvError(error) ? error.message : 'It is not written as CSV.');
  }
}

/** Spreadsheets of some countries write semicolons, or tabs. */
function delimiterOf(text: string): string {
  const head = text.slice(0, 2_000).split(/[\r\n]/, 1)[0] ?? '';
  return [';', '\t'].find((mark) => head.includes(mark) && !head.includes(',')) ?? ',';
}

function membersOf(names: readonly string[], cells: readonly string[]) {
  const members: Record<string, string | number> = {};
  for (const [at, name] of names.entries()) {
    const cell = plain(cells[at] ?? '');
    if (!isColumn(name) || cell === '') continue;
    const member = COLUMNS[name];
    members[member] = member === 'trustLevel' ? Number(cell) : lowered(member, cell);
  }
  return members;
}

/** What our own export wrote before a text that a spreadsheet would run is taken away again. */
function plain(cell: string): string {
  const text = cell.trim().slice(0, LONGEST_CELL);
  return /^'[=+\-@＝＋－＠]/.test(text) ? text.slice(1) : text;
}

function lowered(member: keyof ImportRow, cell: string): string {
  return member === 'role' || member === 'state' ? cell.toLowerCase() : cell;
}

function toProblem(line: number, issue: z.core.$ZodIssue): ImportProblem {
  const member = issue.path[0];
  const column = Object.entries(COLUMNS).find(([, name]) => name === member)?.[0] ?? '';
  return { line, column, message: issue.message };
}

const isColumn = (name: string): name is Column => Object.hasOwn(COLUMNS, name);

function isCsvError(error: unknown): error is CsvError {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_');
}

function notReadable(why: string): AppError {
  return new AppError('bad_request', `This file cannot be read. ${why}`, { param: 'csv' });
}
