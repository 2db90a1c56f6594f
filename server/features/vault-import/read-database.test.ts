import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDump, readSqlite } from './read-database.ts';

const ROWS = 30_000;
/** Far more than a scan of the whole text takes, far less than one for every row does. */
const SOON_MS = 5_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'read-database-'));
});
afterAll(() => rm(folder, { recursive: true }));

let serial = 0;
/** The file of a database that these statements make. */
function sqlite(...statements: string[]): string {
  serial += 1;
  const file = path.join(folder, `${serial}.db`);
  const database = new DatabaseSync(file);
  for (const statement of statements) database.exec(statement);
  database.close();
  return file;
}

function within<Result>(work: () => Result): Result {
  const start = performance.now();
  const result = work();
  expect(performance.now() - start).toBeLessThan(SOON_MS);
  return result;
}

describe('a MySQL dump', () => {
  const rows = (between: string) =>
    Array.from({ length: ROWS }, (_, at) => `(${at}, 'rt_${at}_${'x'.repeat(80)}')`).join(between);

  it('is read in one go however long its lines are', () => {
    const { rts } = within(() => readDump(`INSERT INTO rts (id, rt) VALUES ${rows(', ')};`, ''));
    expect(rts).toHaveLength(ROWS);
  });

  it('is not looked through anew for every row that names no columns', () => {
    const { rts } = within(() => readDump(`INSERT INTO rts VALUES ${rows(',\n')};`, ''));
    expect(rts).toHaveLength(ROWS);
    expect(rts.at(-1)?.line).toBe(ROWS);
  });

  it('may have a table of nothing but empty lines', () => {
    const sql = `CREATE TABLE rts (${'\n'.repeat(19_000)}\nINSERT INTO rts VALUES (1, 'biz');`;
    expect(within(() => readDump(sql, '')).rts).toHaveLength(1);
  });
});

describe('a SQLite file', () => {
  const TABLE = 'CREATE TABLE rts (id INTEGER PRIMARY KEY, biz_id TEXT, rt TEXT, email TEXT';

  it('is asked for the columns that are known only, and never for computed ones', async () => {
    const file = sqlite(
      `${TABLE}, junk TEXT, memo TEXT GENERATED ALWAYS AS (hex(zeroblob(1000))) VIRTUAL)`,
      "INSERT INTO rts (biz_id, rt, email, junk) VALUES ('b', 'rt_12345678', 'a@b.c', 'junk')",
    );
    expect((await readSqlite(file, '')).rts).toEqual([
      { line: 1, fields: { id: '1', biz_id: 'b', rt: 'rt_12345678', email: 'a@b.c' } },
    ]);
  });

  it('with a view or a virtual table in place of the table is refused', async () => {
    const view = sqlite("CREATE VIEW rts AS SELECT 1 AS id, 'rt_12345678' AS rt");
    const virtual = sqlite('CREATE VIRTUAL TABLE rts USING fts5(id, rt)');
    for (const file of [view, virtual]) {
      await expect(readSqlite(file, '')).rejects.toMatchObject({ code: 'bad_request' });
    }
  });

  it('has its triggers and views left alone', async () => {
    const file = sqlite(
      `${TABLE})`,
      "INSERT INTO rts (rt) VALUES ('rt_12345678')",
      'CREATE TRIGGER late AFTER INSERT ON rts BEGIN DELETE FROM rts; END',
      'CREATE VIEW system_configs AS SELECT hex(zeroblob(1000)) AS config_key, 1 AS id',
    );
    expect(await readSqlite(file, '')).toMatchObject({ rts: [{ line: 1 }], configs: [] });
  });
});
