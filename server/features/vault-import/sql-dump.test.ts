import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DumpRow, dumpRows } from './sql-dump.ts';

const read = (sql: string, ...tables: string[]) => [...dumpRows(sql, new Set(tables))];
const values = (rows: DumpRow[]) => rows.map((row) => row.values);

/** As mysqldump writes a text. */
function sqlText(text: string): string {
  const escapes: Record<string, string> = {
    ...{ '\\': '\\\\', "'": "\\'", '"': '\\"', '\n': '\\n', '\r': '\\r', '\0': '\\0' },
  };
  return `'${[...text].map((char) => escapes[char] ?? char).join('')}'`;
}

describe('dumpRows', () => {
  it('reads many rows of one statement, with the columns where they are named', () => {
    const sql = `-- a comment; INSERT INTO rts VALUES (9);
/*!40000 ALTER TABLE rts DISABLE KEYS */;
INSERT INTO \`rts\` (\`id\`, \`rt\`) VALUES (1,'it''s'),(2,NULL),
 (-3.5e2,'a\\'b\\n)(,;');
# INSERT INTO rts VALUES (8);
INSERT INTO other VALUES (7,'INSERT INTO rts VALUES (6)');
INSERT IGNORE INTO "db"."rts" VALUES (4,"q");`;
    expect(read(sql, 'rts')).toEqual([
      { table: 'rts', columns: ['id', 'rt'], values: ['1', "it's"], line: 3 },
      { table: 'rts', columns: ['id', 'rt'], values: ['2', null], line: 3 },
      { table: 'rts', columns: ['id', 'rt'], values: ['-3.5e2', "a'b\n)(,;"], line: 4 },
      { table: 'rts', columns: null, values: ['4', 'q'], line: 7 },
    ]);
  });

  it('gives back every text as it was written', () => {
    const cell = fc.option(fc.string({ unit: 'binary' }), { nil: null });
    const rows = fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { minLength: 1 });
    fc.assert(
      fc.property(rows, (given) => {
        const texts = given.map(
          (row) => `(${row.map((text) => (text === null ? 'NULL' : sqlText(text))).join(',')})`,
        );
        const sql = `INSERT INTO \`rts\` VALUES ${texts.join(',\n')};\n`;
        expect(values(read(sql, 'rts'))).toEqual(given);
      }),
      { numRuns: 40 },
    );
  });

  it('ends, and takes nothing but what it was asked for, whatever it is given', () => {
    const part = fc.oneof(
      fc.constantFrom(
        'INSERT INTO rts VALUES ',
        '(',
        ')',
        ',',
        ';',
        "'",
        '"',
        '`',
        '\\',
        '/*',
        '*/',
      ),
      fc.constantFrom('-- ', '#', '\n', 'NULL', 'VALUES', 'INTO', 'other'),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        for (const { table } of read(parts.join(''), 'rts')) expect(table).toBe('rts');
      }),
    );
  });

  it('reads a quote that never ends in the time its length takes', () => {
    const sql = `INSERT INTO rts VALUES ('${"a''".repeat(300_000)}`;
    expect(read(sql, 'rts')).toEqual([]);
  });
});
