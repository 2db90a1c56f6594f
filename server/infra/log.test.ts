import { expect, test } from 'vitest';
import { createLog, type Log } from './log.ts';
import { humanLine } from './log-lines.ts';
import { scrubText } from './log-redact.ts';

const PLANTED = 'planted-Zq81-value';

function logged(write: (log: Log) => void): string {
  const lines: string[] = [];
  const log = createLog({
    level: 'trace',
    destination: { write: (line) => void lines.push(line) },
  });
  write(log);
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  return lines.join('');
}

const NAMES = [
  'authorization',
  'Authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'x-goog-api-key',
  'apiKey',
  'api_key',
  'password',
  'newPassword',
  'secret',
  'clientSecret',
  'token',
  'accessToken',
  'access_token',
  'refresh_token',
  'setupToken',
  'id_token',
];

test.each(NAMES)(
  '%s is hidden at the top, nested, in req/res headers and inside errors',
  (name) => {
    const field = { [name]: PLANTED };
    const text = logged((log) => {
      log.info(field, 'top');
      log.info({ account: field }, 'one level');
      log.info({ a: { b: field, list: [field] } }, 'two levels');
      log.info({ req: { headers: field }, res: { headers: field } }, 'headers');
      log.error(Object.assign(new Error('failed'), { response: { headers: field } }), 'error');
      log.error({ err: new Error('outer', { cause: Object.assign(new Error('inner'), field) }) });
      log.info({ [`${name}s`]: [PLANTED] }, 'list');
      log.child(field).info('child');
      log.child({}).child({ deep: field }).info('grandchild');
    });
    expect(text).not.toContain(PLANTED);
    expect(text.match(/\[hidden\]/g)?.length).toBeGreaterThanOrEqual(10);
  },
);

test('secrets inside texts are hidden: messages, error messages, stacks, causes and URLs', () => {
  const url = `https://host.example/v1/models?alt=sse&key=${PLANTED}`;
  const text = logged((log) => {
    log.info(`calling ${url}`);
    log.info('calling %s', url);
    log.info('with %o', { nested: { apiKey: PLANTED, 'x-api-key': PLANTED } });
    log.warn(`it said ${JSON.stringify({ refresh_token: PLANTED })}`);
    log.warn({ body: JSON.stringify(JSON.stringify({ password: PLANTED })) });
    log.info({ url, parsed: new URL(url) });
    log.error(new Error(`fetch ${url} failed`, { cause: new Error(`Bearer ${PLANTED}`) }));
    log.error(new AggregateError([new Error(`token=x&access_token=${PLANTED}`)], url));
    log.warn(`postgres://user:${PLANTED}@db.example/gatehouse is away`);
    log.warn(`key sk-${PLANTED}-0123456789 refused`);
  });
  expect(text).not.toContain(PLANTED);
  expect(text).toContain('alt=sse');
  expect(text).toContain('db.example/gatehouse');
});

test('no text takes long to look through, and very long ones are cut', () => {
  const parts = [
    'a',
    'token',
    'sk-',
    'a://',
    'a-',
    'bearer ',
    '?a_',
    '?',
    '-',
    'token ',
    ' ',
    'key=',
    '"',
  ];
  const begun = performance.now();
  for (const part of parts) expect(scrubText(part.repeat(50_000)).length).toBeLessThan(40_000);
  // Milliseconds when linear, minutes when not.
  expect(performance.now() - begun).toBeLessThan(5_000);
});

test('errors keep type, message, stack, code and causes', () => {
  const line = logged((log) =>
    log.error(
      Object.assign(new TypeError('outer', { cause: new Error('inner') }), { code: 'E1' }),
      'it broke',
    ),
  );
  const record = JSON.parse(line);
  expect(record).toMatchObject({
    level: 50,
    msg: 'it broke',
    err: { type: 'TypeError', message: 'outer', code: 'E1', cause: { message: 'inner' } },
  });
  expect(record.err.stack).toContain('log.test.ts');
});

test('counts and plain words survive, cycles and foreign objects do no harm', () => {
  const loop: { name: string; self?: object } = { name: 'loop' };
  loop.self = loop;
  const line = logged((log) =>
    log.info(
      { tokens: { input: 12 }, inputTokens: 3, token: null, loop, socket: new Map(), cost: 12n },
      'ok',
    ),
  );
  expect(JSON.parse(line)).toMatchObject({
    tokens: { input: 12 },
    inputTokens: 3,
    token: null,
    cost: '12',
    socket: '[Map]',
  });
});

test('a line for a person has time, level, message, fields and the chain of causes', () => {
  const json = logged((log) =>
    log.error({ err: new Error('outer', { cause: new Error('inner') }), port: 3000 }, 'no start'),
  );
  const line = humanLine(json);
  expect(line).toMatch(/^\d\d:\d\d:\d\d ERROR no start port=3000\n {2}Error: outer/);
  expect(line).toContain('because Error: inner');
  expect(humanLine('not json\n')).toBe('not json\n');
});
