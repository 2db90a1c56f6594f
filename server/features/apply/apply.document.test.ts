// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are what this file is about.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import type { ApplyDocument } from '#shared/schemas/apply.ts';
import { readDocument } from './apply.document.ts';
import type { Environment } from './env-references.ts';

const read = (text: string, env: Environment = {}) => readDocument({ file: 'x.yaml', text, env });

function refusal(text: string, env: Environment = {}): AppError {
  try {
    read(text, env);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it was read');
}

const user = (password: string, more = '') =>
  `users: [{ username: ada, password: ${password}, role: admin }${more}]`;
const passwordOf = (document: ApplyDocument) => document.users[0]?.password;

describe('references', () => {
  const env = { ADA_PASSWORD: 'correct horse battery', PART: 'horse', EMPTY: '' };

  test.each([
    ['whole, unquoted between braces', '${ADA_PASSWORD}', 'correct horse battery'],
    ['whole, in double quotes', '"${ADA_PASSWORD}"', 'correct horse battery'],
    ['whole, in single quotes', "'${ADA_PASSWORD}'", 'correct horse battery'],
    ['embedded, twice', 'a-${PART}-battery-${PART}', 'a-horse-battery-horse'],
    ['escaped', '"literally $${PART}, it is"', 'literally ${PART}, it is'],
    ['escaped, unquoted', 'literally-$${PART}', 'literally-${PART}'],
    ['escaped and then meant', '"0123456789$${${PART}}"', '0123456789${horse}'],
    ['a dollar alone', 'us$100-and-$more', 'us$100-and-$more'],
  ])('%s', (_name, text, value) => {
    expect(passwordOf(read(user(text), env))).toBe(value);
  });

  test('a value is taken as it is, whatever YAML or we would make of it', () => {
    const wild = 'a: [b, "c"] # ${PART} $${x} {*y}\n- z';
    expect(passwordOf(read(user('${ADA}'), { ADA: wild, PART: 'no' }))).toBe(wild);
    expect(passwordOf(read(user('${ADA}'), { ADA: '1234567890' }))).toBe('1234567890');
  });

  test('an unset variable is named, with file, line and field', () => {
    const text = `platforms: []\n# \${IN_A_COMMENT} does not count\n${user('${NOT_THERE}')}`;
    expect(refusal(text, env)).toMatchObject({
      code: 'bad_request',
      param: 'users[0].password',
      message: 'x.yaml, line 3: users[0].password: the environment variable NOT_THERE is not set',
    });
  });

  test('an empty variable counts as unset, and inherited names are no variables', () => {
    expect(refusal(user('${EMPTY}'), env).message).toContain('EMPTY is not set');
    expect(refusal(user('${constructor}'), env).message).toContain('constructor is not set');
  });

  test.each(['"${}"', '"${a-b}"', '"${1X}"', '"${X"', '"\\u0024{PART}"'])(
    'the broken reference %s is explained',
    (text) => {
      expect(refusal(user(text), env)).toMatchObject({ param: 'users[0].password' });
      expect(refusal(user(text), env).message).toContain('a reference looks like');
    },
  );

  test('no message carries a value', () => {
    const secret = 'sk-Very-secret-value';
    const env = { SECRET: secret };
    const texts = [
      'users: [{ username: ada, password: ${SECRET}, role: ${SECRET} }]',
      'users: [{ username: ada, password: ${SECRET}, role: admin, ${SECRET}: 1 }]',
      'keys: [{ owner: ada, name: ci, secret: ${SECRET} }]',
      'accounts: [{ platform: ${SECRET}_, name: a, owner: b }]',
    ];
    texts.push(`a: |${secret}\n x`, `a: "\\x${secret}"`, `[] ${secret}`, `%${secret}\n---\n[`);
    for (const text of texts)
      expect(refusal(text, env).message).not.toMatch(/sk-|xsk|secret-value/);
  });
});

describe('what is wrong is said with its place', () => {
  test.each([
    ['users:\n  - username: ada\n   role: x', 3, /not valid YAML/],
    ['users: [}', 1, /not valid YAML/],
    ['users: []\nusers: []', 2, /not valid YAML or JSON \(Map keys must be unique\)/],
    ['users: *nobody', undefined, /alias/],
    ['{}\n---\n{}', 2, /multiple documents/],
    ['', undefined, /must hold lists/],
    ['just text', undefined, /must hold lists/],
    ['- a', undefined, /must hold lists/],
    ['users: 5', 1, /^x.yaml, line 1: users: .*expected array/],
    ['\nuser: []', 2, /user: there is no such field/],
    [
      user('correct-horse').replace('admin }', 'admin, admin: true }'),
      1,
      /users\[0\]\.admin: there is no such/,
    ],
    [user('short'), 1, /users\[0\]\.password: at least 10 characters/],
    [
      'platforms: [{ id: lab, protocol: grpc, baseUrl: "http://x" }]',
      1,
      /platforms\[0\]\.protocol/,
    ],
    ['platforms: [{ id: lab, protocol: openai-chat, baseUrl: "ftp://x" }]', 1, /baseUrl/],
    ['platforms: [{ id: lab, protocol: openai-chat, baseUrl: "http://x/?a" }]', 1, /ends before/],
    ['keys: [{ owner: ada, name: ci, secret: gh-short }]', 1, /secret: at least 20/],
    ['keys: [{ owner: ada, name: ci, secret: sk-01234567890123456789 }]', 1, /starts with gh-/],
    ['models: [{ name: m, routes: [] }]', 1, /routes/],
    [
      'models: [{ name: m, routes: [{ platform: lab, model: a, wieght: 1 }] }]',
      1,
      /routes\[0\]\.wieght/,
    ],
    [
      'models: [{ name: m, routes: [{ platform: lab, model: a }], price: { input: -1, output: 1 } }]',
      1,
      /price\.input/,
    ],
    ['"\\uE000": 1', 1, /there is no such field/],
    ['\uE001: 1', 1, /private-use/],
  ])('%j', (text, line, what) => {
    const { message, code } = refusal(text);
    expect(code).toBe('bad_request');
    expect(message).toMatch(what);
    expect(message.startsWith(line === undefined ? 'x.yaml: ' : `x.yaml, line ${line}: `)).toBe(
      true,
    );
    expect(message).not.toContain('\n');
  });

  test('an entry that is there twice', () => {
    const key = (name: string, secret: string) =>
      `{ owner: ada, name: ${name}, secret: gh-${secret} }`;
    const [one, two] = ['0'.repeat(20), '1'.repeat(20)];
    expect(refusal(`keys:\n- ${key('a', one)}\n- ${key('a', two)}`)).toMatchObject({
      message: 'x.yaml, line 3: keys[1]: is the same as keys[0]',
    });
    expect(refusal(`keys:\n- ${key('a', one)}\n- ${key('b', one)}`)).toMatchObject({
      message: 'x.yaml, line 3: keys[1].secret: is the same as keys[0].secret',
    });
    const again = ', { username: ADA, password: correct-battery, role: member }';
    expect(refusal(user('correct-horse', again))).toMatchObject({ param: 'users[1]' });
  });

  test('a file that unfolds without end is refused quickly', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (let n = 1; n < 12; n += 1) {
      const [name, before] = [n, n - 1].map((at) => String.fromCharCode(97 + at));
      bomb.push(`${name}: &${name} [${Array(10).fill(`*${before}`).join(', ')}]`);
    }
    expect(refusal(bomb.join('\n')).message).toContain('alias');
    expect(refusal('['.repeat(5_000)).code).toBe('bad_request');
  });
});

test('JSON is read too, and everything has its default', () => {
  const document = read(
    JSON.stringify({
      models: [{ name: 'm', routes: [{ platform: 'sandbox', model: 'sandbox-echo' }] }],
      keys: [{ owner: 'Ada', name: 'ci', secret: '${CI_KEY}', expiresAt: '2027-01-01T00:00:00Z' }],
    }),
    { CI_KEY: 'gh-01234567890123456789' },
  );
  expect(document).toEqual({
    users: [],
    oauthClients: [],
    platforms: [],
    accounts: [],
    models: [
      {
        name: 'm',
        routes: [{ platform: 'sandbox', model: 'sandbox-echo', weight: 1, priority: 0 }],
      },
    ],
    keys: [
      {
        owner: 'ada',
        name: 'ci',
        secret: 'gh-01234567890123456789',
        expiresAt: '2027-01-01T00:00:00Z',
      },
    ],
  });
});

describe('whatever the file holds, it is read or refused clearly', () => {
  const allowed = (text: string, env: Environment) => {
    try {
      read(text, env);
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
      expect(error).toMatchObject({ code: 'bad_request' });
    }
  };

  test('any text', () => {
    const pieces = fc.constantFrom(
      ...[
        'users',
        ': ',
        '- ',
        '[',
        ']',
        '{',
        '}',
        ',',
        '\n',
        '  ',
        '"',
        "'",
        '${',
        '$${',
        '}',
        'A',
      ],
      ...[
        '\\',
        '#',
        '&a ',
        '*a',
        '!x ',
        '|\n',
        '>',
        '\t',
        '\uE000',
        '---\n',
        '%',
        '\0',
        '? ',
        '<<: ',
      ],
      ...['keys', 'routes', 'password', '__proto__', 'null', '~', '0', '1e999', '.nan', '\ud800'],
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (some) => allowed(some, { A: 'a' })),
      { numRuns: 300 },
    );
  });

  test('any JSON', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('users', 'keys', 'models'), (json, list) => {
        allowed(json, {});
        allowed(`{ "${list}": [${json}] }`, {});
      }),
      { numRuns: 300 },
    );
  });

  test('any value of a variable comes through whole', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 10, maxLength: 17 }), (value) => {
        expect(passwordOf(read(user('${A}'), { A: value }))).toBe(value);
        expect(passwordOf(read(user('"x${A}y"'), { A: value }))).toBe(`x${value}y`);
      }),
    );
  });
});
