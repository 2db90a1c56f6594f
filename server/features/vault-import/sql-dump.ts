/** A row that a dump inserts: its table, the columns where they are named, and its values as text. */
export type DumpRow = {
  table: string;
  columns: readonly string[] | null;
  values: readonly (string | null)[];
  /** The line of the dump in which it begins, from 1 on. */
  line: number;
};

type Piece = { kind: 'text' | 'word' | 'name' | 'sign'; text: string; line: number };

/** Longer pieces are nobody's token; a dump whose quote never ends is cut off here. */
const MOST_PIECE = 4_194_304;
const MOST_ROW_VALUES = 200;

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ '0': '\0', b: '\b', n: '\n', r: '\r', t: '\t', Z: '\u001a' },
};

/**
 * The rows that a MySQL dump inserts into these tables, one after the other; everything else in it
 * is passed over. Nothing of it is ever run. What cannot be read as a row is left out.
 */
export function* dumpRows(
  sql: string,
  tables: ReadonlySet<string>,
): Generator<DumpRow, void, undefined> {
  const pieces = piecesOf(sql);
  let last: Piece | null = null;
  for (const piece of pieces) {
    const isInto =
      isWord(piece, 'INTO') && last !== null && /^(INSERT|REPLACE|IGNORE)$/i.test(last.text);
    if (isInto) yield* insertedRows(pieces, tables);
    last = piece;
  }
}

function isWord(piece: Piece, word: string): boolean {
  return piece.kind === 'word' && piece.text.toUpperCase() === word;
}

const isSign = (piece: Piece, sign: string) => piece.kind === 'sign' && piece.text === sign;

/** What follows `INSERT INTO`, up to the end of the statement. */
function* insertedRows(
  pieces: Generator<Piece, void, undefined>,
  tables: ReadonlySet<string>,
): Generator<DumpRow, void, undefined> {
  const { columns, table } = headOf(pieces);
  if (table === null) return;
  const wanted = tables.has(table);
  for (;;) {
    const { done, value: piece } = pieces.next();
    if (done || isSign(piece, ';')) return;
    if (!isSign(piece, '(')) continue;
    const values = valuesOf(pieces);
    if (values === null) return;
    if (wanted) yield { table, columns, values, line: piece.line };
  }
}

/** The values of one row, behind its bracket; null when the statement ends in the middle of it. */
function valuesOf(pieces: Generator<Piece, void, undefined>): (string | null)[] | null {
  const values: (string | null)[] = [];
  let value: Piece | null = null;
  for (;;) {
    const { done, value: piece } = pieces.next();
    if (done || isSign(piece, ';')) return null;
    if (piece.kind !== 'sign') value = piece;
    if (!isSign(piece, ',') && !isSign(piece, ')')) continue;
    if (values.length < MOST_ROW_VALUES) values.push(textOf(value));
    value = null;
    if (isSign(piece, ')')) return values;
  }
}

/** Table and columns, up to `VALUES`. The last name before is the table: `db`.`table`. */
function headOf(pieces: Generator<Piece, void, undefined>) {
  let table: string | null = null;
  let columns: string[] | null = null;
  for (;;) {
    const { done, value: piece } = pieces.next();
    if (done || isSign(piece, ';')) return { table: null, columns: null };
    if (isWord(piece, 'VALUES') || isWord(piece, 'VALUE')) return { table, columns };
    if (isSign(piece, '(')) columns ??= [];
    else if (piece.kind === 'sign') continue;
    else if (columns === null) table = piece.text;
    else if (columns.length < MOST_ROW_VALUES) columns.push(piece.text);
  }
}

/** Null for NULL and for what is no value; numbers and words stay as they are written. */
function textOf(piece: Piece | null): string | null {
  if (piece === null || isWord(piece, 'NULL')) return null;
  return piece.text;
}

/** Words, names, texts and signs; comments and white space are passed over. */
function* piecesOf(sql: string): Generator<Piece, void, undefined> {
  let at = 0;
  let line = 1;
  while (at < sql.length) {
    const char = sql.charAt(at);
    const end = afterComment(sql, at) ?? afterSpace(sql, at);
    if (end !== null) {
      line += linesIn(sql, at, end);
      at = end;
    } else if (char === "'" || char === '"' || char === '`') {
      const read = quoted(sql, at);
      yield { kind: char === '`' ? 'name' : 'text', text: read.text, line };
      line += linesIn(sql, at, read.end);
      at = read.end;
    } else {
      const word = wordAt(sql, at);
      if (word === '') yield { kind: 'sign', text: char, line };
      else yield { kind: 'word', text: word, line };
      at += Math.max(word.length, 1);
    }
  }
}

const LINE_FEED = 10;

function linesIn(sql: string, from: number, to: number): number {
  let lines = 0;
  // NOTE: looking for the next one would go through a long line once for every piece of it.
  for (let at = from; at < to; at += 1) if (sql.charCodeAt(at) === LINE_FEED) lines += 1;
  return lines;
}

const WORD = /[\w$@.+-]+/y;
const SPACE = /\s+/y;

function wordAt(sql: string, at: number): string {
  WORD.lastIndex = at;
  return WORD.exec(sql)?.[0] ?? '';
}

function afterSpace(sql: string, at: number): number | null {
  SPACE.lastIndex = at;
  return SPACE.test(sql) ? SPACE.lastIndex : null;
}

// MySQL runs what stands in comments with an exclamation mark; here nothing in a comment counts.
function afterComment(sql: string, at: number): number | null {
  const isLine = sql.charAt(at) === '#' || /^--(\s|$)/.test(sql.slice(at, at + 3));
  if (isLine) return endOr(sql.indexOf('\n', at), sql);
  if (!sql.startsWith('/*', at)) return null;
  const end = sql.indexOf('*/', at + 2);
  return end === -1 ? sql.length : end + 2;
}

function endOr(found: number, sql: string): number {
  return found === -1 ? sql.length : found;
}

/** A text or name in quotes: doubled ones and, in texts, backslashes stand for themselves. */
function quoted(sql: string, from: number): { text: string; end: number } {
  const quote = sql.charAt(from);
  const parts: string[] = [];
  let size = 0;
  let at = from + 1;
  const add = (text: string) => {
    size += text.length;
    if (size <= MOST_PIECE) parts.push(text);
  };
  while (at < sql.length) {
    const char = sql.charAt(at);
    if (char === quote) {
      if (sql.charAt(at + 1) !== quote) return { text: parts.join(''), end: at + 1 };
      add(quote);
      at += 2;
    } else if (char === '\\' && quote !== '`') {
      const next = sql.charAt(at + 1);
      add(ESCAPES[next] ?? next);
      at += 2;
    } else {
      const end = nextStop(sql, at, quote);
      add(sql.slice(at, end));
      at = end;
    }
  }
  return { text: parts.join(''), end: sql.length };
}

function nextStop(sql: string, from: number, quote: string): number {
  for (let at = from; at < sql.length; at += 1) {
    const char = sql.charAt(at);
    if (char === quote || (char === '\\' && quote !== '`')) return at;
  }
  return sql.length;
}
