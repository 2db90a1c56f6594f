import type { DatabaseSync } from 'node:sqlite';
import { AppError } from '#shared/errors.ts';
import type { FoundDatabase, FoundRow } from './oai-rt.ts';
import { type DumpRow, dumpRows } from './sql-dump.ts';

/** As the older service makes them; for dumps that do not name the columns. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  rts: [
    ...['id', 'biz_id', 'user_name', 'email', 'type', 'rt', 'at', 'proxy', 'client_id', 'tag'],
    ...['enabled', 'last_rt', 'refresh_result', 'user_info', 'account_info', 'last_refresh_time'],
    ...['memo', 'create_time', 'update_time'],
  ],
  system_configs: ['id', 'config_key', 'config_value', 'create_time', 'update_time'],
};

const PREFIX = /^\w{0,40}$/;

/** @throws AppError bad_request */
function tablesOf(prefix: string) {
  if (!PREFIX.test(prefix)) {
    throw new AppError('bad_request', 'A prefix of tables has letters, digits and _ only.');
  }
  const name = (table: string) => (prefix === '' ? table : `${prefix.replace(/_$/, '')}_${table}`);
  return { rts: name('rts'), configs: name('system_configs') };
}

/** The tables of a MySQL dump. @throws AppError bad_request when it has none of them. */
export function readDump(sql: string, prefix: string): FoundDatabase {
  const names = tablesOf(prefix);
  const rows = [...dumpRows(sql, new Set(Object.values(names)))];
  if (rows.length === 0) throw nothingIn(names.rts);
  const of = (table: string, usual: string) => {
    const columns = columnsIn(sql, table) ?? COLUMNS[usual] ?? [];
    return rows.filter((row) => row.table === table).map((row) => fieldsOf(row, columns));
  };
  return { rts: of(names.rts, 'rts'), configs: of(names.configs, 'system_configs') };
}

function fieldsOf({ columns, line, values }: DumpRow, usual: readonly string[]): FoundRow {
  const names = columns ?? usual;
  const fields = Object.fromEntries(
    names.map((name, at) => [name.toLowerCase(), values[at] ?? null]),
  );
  return { line, fields };
}

/** The columns of `CREATE TABLE`, in their order: older tables may have others. */
function columnsIn(sql: string, table: string): string[] | null {
  const start = sql.search(new RegExp(`CREATE TABLE (IF NOT EXISTS )?\`?${table}\`?\\s*\\(`, 'i'));
  if (start === -1) return null;
  const body = sql.slice(start, start + 20_000).split(/\)\s*(ENGINE|;)/i, 1)[0] ?? '';
  const names = [...body.matchAll(/^[ \t]*`(\w+)`/gm)].map(([, name = '']) => name);
  return names.length === 0 ? null : names;
}

/**
 * The tables of a SQLite file, which is opened for reading only.
 * @throws AppError bad_request when it is none, or has no such table.
 */
export async function readSqlite(path: string, prefix: string): Promise<FoundDatabase> {
  const names = tablesOf(prefix);
  const { DatabaseSync } = await import('node:sqlite');
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      // Where a view or a virtual table stands in its place, reading would run what the file says.
      const has = database.prepare(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND rootpage > 0 AND name = ?",
      );
      if (has.get(names.rts) === undefined) throw nothingIn(names.rts);
      const configs = has.get(names.configs) !== undefined;
      return {
        rts: rowsIn(database, names.rts, COLUMNS['rts'] ?? []),
        configs: configs ? rowsIn(database, names.configs, COLUMNS['system_configs'] ?? []) : [],
      };
    } finally {
      database.close();
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('bad_request', 'This is no SQLite database that can be read.', {
      cause: error,
    });
  }
}

/** Rows in the order of their ids, with the known columns that are stored: others may be computed. */
function rowsIn(database: DatabaseSync, table: string, known: readonly string[]): FoundRow[] {
  const stored = database.prepare('SELECT name FROM pragma_table_info(?)').all(table);
  const names = stored
    .map(({ name }) => String(name))
    .filter((name) => known.includes(name.toLowerCase()));
  if (names.length === 0) return [];
  const wanted = names.map((name) => `"${name}"`).join(', ');
  const rows = database.prepare(`SELECT ${wanted} FROM "${table}" ORDER BY id`).iterate();
  return Array.from(rows, (row, at) => ({ line: at + 1, fields: textsOf(row) }));
}

function textsOf(row: Record<string, unknown>): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      return [name.toLowerCase(), value === null ? null : String(value)];
    }),
  );
}

function nothingIn(table: string): AppError {
  return new AppError(
    'bad_request',
    `There is no table "${table}" with rows in it. If its tables have a prefix, say --prefix.`,
  );
}
