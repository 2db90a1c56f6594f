import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountTag } from '../../platforms/account-tag.ts';
import type { Seal } from './dialogue.ts';
import { markSeals, readSeal, unmarkSeals, writeSeal } from './seals.ts';

const account = accountTag('account-1');
const makers = fc.constantFrom<Seal['maker']>('anthropic', 'openai', 'gemini');
/** Base64, as all three platforms write their seals. */
const values = fc
  .uint8Array({ minLength: 8, maxLength: 40 })
  .map((bytes) => Buffer.from(bytes).toString('base64'));
const seals = fc.record({ maker: makers, value: values, account: fc.constant(null) });

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
/** Writers of JSON that take care of HTML or of old parsers: `+` is escaped in .NET, `=` by Gson. */
const ESCAPES: [name: string, written: (text: string) => string][] = [
  ['no escapes', (text) => text],
  ['escaped slashes', (text) => text.replaceAll('/', '\\/')],
  ['escapes of HTML', (text) => text.replaceAll('+', '\\u002B').replaceAll('=', '\\u003d')],
];

test('a tag stands for an account in 8 hex digits and does not name it', () => {
  expect(account).toMatch(/^[0-9a-f]{8}$/);
  expect(accountTag('account-1')).toBe(account);
  expect(accountTag('account-2')).not.toBe(account);
});

test('a seal without a mark is its protocol’s own, of an unknown account, and goes out bare', () => {
  const seal = readSeal('EqQB/+==', 'anthropic');
  expect(seal).toEqual({ maker: 'anthropic', value: 'EqQB/+==', account: null });
  expect(writeSeal(seal)).toBe('EqQB/+==');
});

test('a marked seal comes back with its maker and account, whatever protocol carried it', () => {
  fc.assert(
    fc.property(makers, makers, fc.string(), (maker, carrier, value) => {
      const seal = { maker, value, account };
      expect(readSeal(writeSeal(seal), carrier)).toEqual(seal);
    }),
  );
});

test('a mark survives clients that decode and encode base64', () => {
  fc.assert(
    fc.property(makers, values, (maker, value) => {
      const written = writeSeal({ maker, value, account });
      const recoded = Buffer.from(written, 'base64').toString('base64');
      expect(readSeal(recoded, 'gemini')).toEqual({ maker, value, account });
    }),
  );
});

test('one gateway behind another: each takes off its own mark', () => {
  const inner = writeSeal({ maker: 'anthropic', value: 'c2VhbA==', account });
  const outer = writeSeal({ maker: 'anthropic', value: inner, account: accountTag('outer') });
  expect(readSeal(outer, 'anthropic').value).toBe(inner);
});

test.each(['ghSx0123abcd', 'ghSa0123abc', 'ghSa0123ABCD', 'xghSa0123abcd', 'ghsa0123abcd'])(
  '%s is no mark',
  (text) => {
    expect(readSeal(text, 'openai')).toEqual({ maker: 'openai', value: text, account: null });
  },
);

describe.each(ESCAPES)('in bodies with %s', (_name, written) => {
  /** The body with the seals as such a writer spells them. */
  const body = (said: readonly string[], text: string, pad: string) =>
    Buffer.from(
      `{"a":${pad}[${said.map((value) => `${pad}{"s"${pad}:"${written(value)}"}`).join(',')}],"t":${JSON.stringify(text)}}`,
    );

  test('marking and taking off the marks is the identity, and only seals change between', () => {
    fc.assert(
      fc.property(
        fc.array(seals, { minLength: 1, maxLength: 3 }),
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('', ' ', '\n\t'),
        (found, text, pad) => {
          const bytes = body(
            found.map(({ value }) => value),
            text,
            pad,
          );
          const marked = markSeals(bytes, found, account);
          const own = found.map((seal) => ({ ...seal, account }));
          const last = new Map(found.map(({ maker, value }) => [value, maker]));
          const spoken = found.map(({ value }) =>
            writeSeal({ maker: last.get(value) ?? 'openai', value, account }),
          );
          expect(JSON.parse(marked.toString())).toEqual({
            a: spoken.map((s) => ({ s })),
            t: text,
          });
          expect(unmarkSeals(marked, own)).toEqual(bytes);
        },
      ),
    );
  });
});

test('only whole strings are seals: what quotes one, holds one or begins like one stays', () => {
  const value = 'c2VhbA/+c2VhbA==';
  const seal: Seal = { maker: 'gemini', value, account: null };
  const others = [`"${value}`, `${value}"`, `"${value}"`, `x${value}`, `${value}x`, `\\"${value}`];
  const bytes = json({ others, deep: JSON.stringify({ s: value }) });
  expect(markSeals(bytes, [seal], account)).toEqual(bytes);
});

test('a body without seals is the same object: nothing is copied', () => {
  const bytes = json({ a: 1 });
  expect(markSeals(bytes, [{ maker: 'openai', value: 'abc', account: null }], account)).toBe(bytes);
  expect(unmarkSeals(bytes, [{ maker: 'openai', value: 'abc', account: null }])).toBe(bytes);
});

test('a seal without a mark is left as it is', () => {
  const value = 'c2VhbA==';
  const bytes = json({ s: value });
  expect(unmarkSeals(bytes, [readSeal(value, 'openai')])).toEqual(bytes);
});

test('bytes that are no JSON do not break it', () => {
  const seal: Seal = { maker: 'openai', value: 'abcd', account: null };
  const bytes = Buffer.from('"abcd "abc\\ud8 \\"abcd" "abcd');
  expect(markSeals(bytes, [seal], account)).toEqual(bytes);
});

test('thousands of seals, whatever they begin with, take one look at the body', () => {
  const values = Array.from({ length: 20_000 }, (_, index) => `+${index}/${'A'.repeat(60)}`);
  const found = values.map((value): Seal => ({ maker: 'openai', value, account: null }));
  const bytes = json({ values });
  const start = performance.now();
  const marked = markSeals(bytes, found, account);
  const own = found.map((seal) => ({ ...seal, account }));
  expect(unmarkSeals(marked, own).equals(bytes)).toBe(true);
  // One look for each of them takes half a minute.
  expect(performance.now() - start).toBeLessThan(2_000);
});
