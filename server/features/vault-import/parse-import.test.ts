import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '#shared/errors.ts';
import type { ImportText } from './import-row.ts';
import { IMPORT_TEXTS } from './import-row.ts';
import { parseImport as parseUpTo } from './parse-import.ts';

const parseImport = (text: string, format: ImportText) => parseUpTo(text, format, 50_000);

const A = 'rt_aaaaaaaaaaaa';
const B = 'rt_bbbbbbbbbbbb';

describe('parseImport', () => {
  it('takes one token a line, and tells of those that are none or stand there twice', () => {
    const { problems, rows } = parseImport(
      `\uFEFF${A}\r\n\n  ${B} \nshort\n${A}\nwith space in it\n`,
      'text',
    );
    expect(rows.map(({ line, token }) => [line, token])).toEqual([
      [1, A],
      [3, B],
    ]);
    expect(problems).toEqual([
      { line: 4, reason: 'notAToken' },
      { line: 5, reason: 'twice' },
      { line: 6, reason: 'notAToken' },
    ]);
  });

  it('takes what CSV says of them, whatever the order of its columns', () => {
    const text = `Email,rt,tag,memo,biz_id,at,type\na@example.com,${A},"x;y, x","two\nlines",b-1,at_12345,plus\n`;
    expect(parseImport(text, 'csv').rows).toEqual([
      {
        line: 3,
        token: A,
        ...{ bizId: 'b-1', email: 'a@example.com', name: '', plan: 'plus' },
        ...{ tags: ['x', 'y'], memo: 'two\nlines', accessToken: 'at_12345' },
      },
    ]);
  });

  it('takes JSON lists of tokens and of objects, and our own export', () => {
    const list = [A, { refresh_token: B, tags: ['one', 'one', ' two '], email: 7 }, 5, null];
    const { problems, rows } = parseImport(JSON.stringify(list), 'json');
    expect(rows.map(({ email, tags, token }) => [token, email, tags])).toEqual([
      [A, null, []],
      [B, null, ['one', 'two']],
    ]);
    expect(problems.map(({ line }) => line)).toEqual([3, 4]);
    expect(parseImport(JSON.stringify({ accounts: list }), 'json').rows).toEqual(rows);
  });

  it.each([
    ['csv', 'email,memo\na,b'],
    ['csv', 'rt\n"open'],
    ['json', '{'],
    ['json', '{"a":1}'],
    ['text', ' \n\n'],
  ] as const)('refuses as %s: %s', (format, text) => {
    expect(() => parseImport(text, format)).toThrow(AppError);
  });

  it('loses nothing and never breaks, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...IMPORT_TEXTS),
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.json(),
          fc.array(fc.string({ unit: 'binary' })).map((cells) => `rt,tag\n${cells.join(',')}`),
        ),
        (format, text) => {
          try {
            const { problems, rows } = parseImport(text, format);
            const lines = [...rows, ...problems].map(({ line }) => line);
            expect(new Set(lines).size).toBe(lines.length);
            expect(JSON.stringify(rows)).not.toContain('\\u0000');
          } catch (error) {
            if (!(error instanceof AppError)) throw error;
          }
        },
      ),
    );
  });
});
