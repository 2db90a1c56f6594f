import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { type Form, field, formType, parseForm, rewriteForm } from './multipart.ts';

const TYPE = 'multipart/form-data; boundary=xYz';

const part = (name: string, content: string, more = '') =>
  `--xYz\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${content}\r\n`;
const body = (...parts: string[]) => Buffer.from(`${parts.join('')}--xYz--\r\n`);
const parse = (text: string | Buffer, type = TYPE) => parseForm(Buffer.from(text), type);

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof AppError) return `${thrown.code} ${thrown.message}`;
    throw thrown;
  }
  return 'taken';
}

const contents = ({ bytes, parts }: Form) =>
  parts.map(({ name, start, end }) => [name, bytes.toString('utf8', start, end)]);

test('a form is read as clients write it', () => {
  const form = parse(
    body(
      part('model', 'whisper'),
      part('file', '\0\xff--x\r\n-', '; filename="a \\"b\\".mp3"\r\nContent-Type: audio/mpeg'),
      part('timestamp_granularities[]', 'word'),
      part('timestamp_granularities[]', 'segment'),
      part('prompt', ''),
    ),
  );
  expect(contents(form)).toEqual([
    ['model', 'whisper'],
    ['file', '\0\xff--x\r\n-'],
    ['timestamp_granularities[]', 'word'],
    ['timestamp_granularities[]', 'segment'],
    ['prompt', ''],
  ]);
  expect(form.parts.map(({ filename }) => filename !== null)).toEqual([
    false,
    true,
    false,
    false,
    false,
  ]);
});

test.each([
  ['no quotes', 'form-data; name=model'],
  ['a file name in two ways', 'form-data; name="model"; filename=a; filename*=utf-8\'\'a'],
  ['no blank behind the semicolon', 'form-data;name="model"'],
])('a disposition with %s is read', (_what, disposition) => {
  const text = `--xYz\r\ncontent-disposition: ${disposition}\r\n\r\nm\r\n--xYz--`;
  expect(contents(parse(text))).toEqual([['model', 'm']]);
});

test.each([
  ['multipart/form-data; boundary="xYz"'],
  ['Multipart/Form-Data;boundary=xYz; charset=utf-8'],
])('the boundary of %s is found', (type) => {
  const form = parse(body(part('model', 'm')), type);
  expect([contents(form), formType(form)]).toEqual([[['model', 'm']], TYPE]);
});

test.each<[string, string | Buffer, string?]>([
  ['another type', '{}', 'application/json'],
  ['no boundary', body(), 'multipart/form-data'],
  ['two boundaries', body(), `${TYPE}; boundary=other`],
  ['an odd boundary', body(), 'multipart/form-data; boundary="x\u00ffz"'],
  ['a boundary too long', body(), `multipart/form-data; boundary=${'x'.repeat(71)}`],
  ['an empty body', ''],
  ['no closing line', part('model', 'm')],
  ['something before', `x\r\n${body(part('model', 'm'))}`],
  ['something behind', `${body(part('model', 'm'))}x`],
  ['a second form behind the first', `${body(part('model', 'm'))}${body(part('model', 'n'))}`],
  ['a boundary inside a part', body(part('file', '\n--xYz\n'))],
  ['a part that only a lax reader sees', body(part('file', `a\n${part('model', 'm')}`))],
  ['a longer boundary', body(part('file', '\r\n--xYzz\r\n'))],
  [
    'blanks behind a boundary',
    '--xYz \r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--xYz--',
  ],
  ['no headers', '--xYz\r\n\r\nm\r\n--xYz--'],
  ['headers without end', '--xYz\r\nContent-Disposition: form-data; name="a"\r\n--xYz--'],
  ['headers too long', body(part('model', 'm', `\r\nX: ${'x'.repeat(9_000)}`))],
  ['a folded header', body(part('model', 'm', ';\r\n filename="a"'))],
  ['line feeds alone', '--xYz\nContent-Disposition: form-data; name="a"\n\nb\n--xYz--'],
  ['two dispositions', body(part('model', 'm', '\r\nContent-Disposition: form-data; name="n"'))],
  ['two names', body(part('model', 'm', '; name="n"'))],
  ['a name in another charset', body(part('model', 'm', "; name*=utf-8''n"))],
  ['no name', '--xYz\r\nContent-Disposition: form-data\r\n\r\nm\r\n--xYz--'],
  ['an attachment', '--xYz\r\nContent-Disposition: attachment; name="a"\r\n\r\nm\r\n--xYz--'],
  ['an encoded name', body(part('%6Dodel', 'm'))],
  ['too many parts', body(part('a', 'b').repeat(1_001))],
])('a form with %s is refused in clear words', (_what, text, type) => {
  expect(refusal(() => parse(text, type))).toMatch(/^(bad_request|unsupported_media_type) \S/);
});

test('a field that decides something may be sent once, and not as a file', () => {
  const twice = parse(body(part('model', 'a'), part('model', 'b')));
  expect(refusal(() => field(twice, 'model'))).toBe('bad_request model: sent more than once.');
  const file = parse(body(part('model', 'a', '; filename="m"')));
  expect(refusal(() => field(file, 'model'))).toContain('plain field');
  const long = parse(body(part('model', 'a'.repeat(1_001))));
  expect(refusal(() => field(long, 'model'))).toContain('longer than');
  expect(field(parse(body()), 'model')).toBeNull();
});

const arbitraryForm = fc.record({
  boundary: fc.stringMatching(/^-{0,6}[a-zA-Z0-9]{16,40}$/),
  parts: fc.array(
    fc.record({
      name: fc.stringMatching(/^[a-z_]{1,12}(\[\])?$/),
      content: fc.uint8Array({ maxLength: 60 }),
      isFile: fc.boolean(),
    }),
    { maxLength: 6 },
  ),
  lead: fc.constantFrom('', '\r\n'),
  tail: fc.constantFrom('', '\r\n'),
});

test('any form is read as it was written, and written again with one field replaced', () => {
  fc.assert(
    fc.property(arbitraryForm, fc.string(), ({ boundary, parts, lead, tail }, value) => {
      const write = (list: readonly { name: string; content: Uint8Array; isFile: boolean }[]) =>
        Buffer.concat([
          Buffer.from(lead),
          ...list.map(({ name, content, isFile }) =>
            Buffer.concat([
              Buffer.from(
                `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${isFile ? '; filename="f"' : ''}\r\n\r\n`,
              ),
              content,
              Buffer.from('\r\n'),
            ]),
          ),
          Buffer.from(`--${boundary}--${tail}`),
        ]);
      const form = parseForm(write(parts), `multipart/form-data; boundary=${boundary}`);
      expect(
        form.parts.map(({ name, start, end }) => [name, [...form.bytes.subarray(start, end)]]),
      ).toEqual(parts.map(({ name, content }) => [name, [...content]]));
      const replace = parts[0]?.name ?? 'model';
      const changed = parts.map((each) =>
        each.name === replace ? { ...each, content: Buffer.from(value) } : each,
      );
      const same = rewriteForm(form, { replace, value, without: new Set() });
      expect(same.equals(write(changed))).toBe(true);
    }),
  );
});

test('fields taken out leave a good form', () => {
  const form = parse(body(part('a', '1'), part('model', 'm'), part('b', '2')));
  const without = (...names: string[]) =>
    rewriteForm(form, { replace: 'model', value: 'x', without: new Set(names) }).toString();
  expect(without('a')).toBe(body(part('model', 'x'), part('b', '2')).toString());
  expect(without('b')).toBe(body(part('a', '1'), part('model', 'x')).toString());
  expect(without('a', 'b')).toBe(body(part('model', 'x')).toString());
  expect(without('a', 'b', 'model')).toBe('--xYz--\r\n');
});

test('whatever comes is read or refused, and never breaks', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '--xYz',
      '--',
      '\r\n',
      '\n',
      '\r',
      'Content-Disposition: form-data; name="model"',
      '; filename="',
      '"',
      ':',
      ' ',
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      expect(refusal(() => parse(pieces.join('')))).toMatch(/^(taken|bad_request )/);
    }),
  );
});

test('a form of many parts is read in one go', () => {
  const many = body(part('keywords[]', 'x').repeat(900), part('model', 'm'));
  expect(field(parse(many), 'model')).toBe('m');
});
