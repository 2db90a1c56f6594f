import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import {
  type ImportPreview,
  type ImportProblem,
  type ImportProblemCode,
  ImportRow,
} from '#shared/schemas/users-bulk.ts';

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
 * with the same name or address are one too many. Nobody is read out of what is no CSV, has no column
 * `username`, or more than 5,000 lines.
 */
export function readImport(text: string): Read {
  const found = recordsOf(text);
  if ('code' in found) return refused(found);
  const [head, ...records] = found;
  const names = (head?.cells ?? []).map((name) => name.trim().toLowerCase());
  const wrong = problemOfHead(names) ?? tooMany(records);
  return wrong ? refused(wrong) : peopleOf(names, records);
}

/** A file that cannot be read at all. */
const refused = (problem: ImportProblem): Read => ({
  people: [],
  problems: [problem],
  ignored: [],
});

function problemOfHead(names: readonly string[]): ImportProblem | null {
  const head = { line: 1, column: '' };
  if (!names.includes('username')) return { ...head, code: 'noUsernames' };
  const column = names.find((name, at) => isColumn(name) && names.indexOf(name) !== at);
  return column === undefined ? null : { ...head, column, code: 'columnTwice' };
}

function tooMany(records: readonly Line[]): ImportProblem | null {
  const first = records[MOST_ROWS];
  return first ? { line: first.line, column: '', code: 'tooMany', n: MOST_ROWS } : null;
}

function peopleOf(names: readonly string[], records: readonly Line[]): Read {
  const read: Read = {
    people: [],
    problems: [],
    ignored: names.filter((name) => name !== '' && !isColumn(name)),
  };
  const seen = { username: new Map<string, number>(), email: new Map<string, number>() };
  for (const { cells, line } of records) {
    const found = ImportRow.safeParse(membersOf(names, cells));
    if (!found.success) {
      read.problems.push(...problemsOf(line, found.error.issues));
      continue;
    }
    const repeated = (['username', 'email'] as const).flatMap((column): ImportProblem[] => {
      const value = found.data[column];
      if (value === undefined) return [];
      const first = seen[column].get(value);
      seen[column].set(value, first ?? line);
      return first === undefined ? [] : [{ line, column, code: 'repeated', n: first }];
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

type Line = { cells: string[]; line: number };

/** Lines that hold something, with their numbers in the file; or why there are none. */
function recordsOf(text: string): Line[] | ImportProblem {
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
    if (!(error instanceof CsvError)) throw error;
    const line = z.int().min(1).catch(1).parse(error['lines']);
    return { line, column: '', code: 'noCsv' };
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

/** What is wrong with each column of a line, the first of it. */
function problemsOf(line: number, issues: readonly z.core.$ZodIssue[]): ImportProblem[] {
  return Object.entries(COLUMNS).flatMap(([column, member]) => {
    const issue = issues.find(({ path }) => path[0] === member);
    return issue ? [{ line, column, ...toWrong(member, issue) }] : [];
  });
}

/** What a column has to be, where its length is right. */
const WRONG = {
  username: 'username',
  displayName: 'tooLong',
  email: 'email',
  role: 'noRole',
  trustLevel: 'trustLevel',
  state: 'state',
} as const satisfies Record<keyof ImportRow, ImportProblemCode>;

function toWrong(member: keyof ImportRow, issue: z.core.$ZodIssue) {
  if (issue.code === 'invalid_type' && member === 'username') return { code: 'needed' } as const;
  if (issue.code === 'too_big' && issue.origin === 'string') {
    return { code: 'tooLong', n: Number(issue.maximum) } as const;
  }
  if (issue.code === 'too_small' && issue.origin === 'string') {
    return { code: 'tooShort', n: Number(issue.minimum) } as const;
  }
  return { code: WRONG[member] };
}

const isColumn = (name: string): name is Column => Object.hasOwn(COLUMNS, name);
