import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dialectOf, errorShape } from '../testing/hostile/dialects.ts';
import { askDoor, HOSTILE_DOORS } from '../testing/hostile/doors.ts';
import { mutated, withDeepMember, withEachMember } from '../testing/hostile/mutate.ts';
import { platformOf, prepared } from '../testing/hostile/prepared.ts';
import { PLATFORMS } from '../testing/matrix/index.ts';
import { lab } from '../testing/matrix/lab.ts';
import type { FakePlatform } from '../testing/matrix/matrix.ts';
import { raw } from '../testing/scripted-upstream.ts';

/*
 * Every door of the table, a new one without being told, gets bodies that no honest client sends. The
 * answer is a 4xx in the door's own dialect, and the platform hears nothing.
 */

const deep = (open: string, close: string, levels: number) =>
  open.repeat(levels) + close.repeat(levels);

/** What no door can take, whatever it serves. */
const BAD_BODIES: [what: string, body: string | Uint8Array<ArrayBuffer>][] = [
  ['nothing', ''],
  ['blanks', ' \n\t '],
  ['no JSON', 'model=gpt-lab'],
  ['half of it', '{"model":"gpt-lab","mess'],
  ['two of them', '{"model":"gpt-lab"}{"model":"gpt-lab"}'],
  ['a comment', '{"model":"gpt-lab"/**/}'],
  ['a byte order mark', '\uFEFF{'],
  ['NaN', '{"model":"gpt-lab","contents":NaN}'],
  ['null', 'null'],
  ['a text', '"gpt-lab"'],
  ['a number', '1e999'],
  ['a list', '[{"model":"gpt-lab"}]'],
  ['an empty object in a list', '[{}]'],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ['UTF-16', Buffer.from('{"model":"gpt-lab"}', 'utf16le')],
  ['zero bytes', Buffer.alloc(64)],
  ['lists as deep as the body', deep('[', ']', 100_000)],
  ['objects as deep as the body', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
  ['deep members', `{"model":"gpt-lab","contents":${deep('[', ']', 60_000)}}`],
  ['deep messages', `{"model":"gpt-lab","messages":${deep('[', ']', 60_000)}}`],
  ['deep input', `{"model":"gpt-lab","input":${deep('[', ']', 60_000)},"prompt":[]}`],
];

describe.each(HOSTILE_DOORS)('$path', (hostile) => {
  const { path, body, door, isJson } = hostile;
  const dialect = dialectOf(path);
  const [platform] = PLATFORMS as [FakePlatform];

  test.each(BAD_BODIES)('%s: a 4xx in its own dialect', async (_what, bad) => {
    await using it = await lab(platform, [raw(200, 'application/json', '{}')]);
    const res = await askDoor(it.origin, path, { body: bad as string });
    expect(res.status).toBeGreaterThanOrEqual(400);
    expect(res.status).toBeLessThan(500);
    expect(res.headers.get('x-request-id')).toMatch(/./);
    expect(await res.json()).toEqual(errorShape(dialect, res.status));
    expect([it.gateway.errors, it.upstream.calls, it.gateway.held.size]).toEqual([[], [], 0]);
  });

  test.each([
    ['32 MB and a byte', Buffer.alloc(32 * 1024 * 1024 + 1, ' '), {}, 413],
    ['a compressed body', gzipSync(JSON.stringify(body)), { 'content-encoding': 'gzip' }, 415],
    ['an unknown compression', JSON.stringify(body), { 'content-encoding': 'x' }, 415],
  ])('%s: refused unread', async (_what, bad, headers, status) => {
    await using it = await lab(platform, [raw(200, 'application/json', '{}')]);
    const res = await askDoor(it.origin, path, {
      body: bad as string,
      headers: { authorization: 'Bearer gh-good', ...headers } as Record<string, string>,
    });
    expect([res.status, await res.json()]).toEqual([status, errorShape(dialect, status)]);
    expect([it.gateway.errors, it.upstream.calls]).toEqual([[], []]);
  });

  test('without a key, with a wrong one: 401 in its own dialect, before the body is read', async () => {
    await using it = await lab(platform, [raw(200, 'application/json', '{}')]);
    for (const headers of [{}, { authorization: 'Bearer nobody' }, { 'x-api-key': 'nobody' }]) {
      const res = await askDoor(it.origin, path, {
        body: '{',
        headers: headers as Record<string, string>,
      });
      expect([res.status, await res.json()]).toEqual([401, errorShape(dialect, 401)]);
    }
    expect([it.gateway.errors, it.upstream.calls]).toEqual([[], []]);
  });

  test('another method: 405 or 404 in its own dialect', async () => {
    await using it = await lab(platform, [raw(200, 'application/json', '{}')]);
    const res = await askDoor(it.origin, path, { method: 'PUT', body: '{}' });
    expect([404, 405]).toContain(res.status);
    expect(await res.json()).toEqual(errorShape(dialect, res.status));
  });

  test('deep nesting at any place: refused for a reason, or sent', () => {
    const served = PLATFORMS.find(({ protocol }) => protocol !== door.name) ?? platform;
    for (const text of withDeepMember(body)) prepared(hostile, platformOf(served.protocol), text);
  });

  describe.each(PLATFORMS)('before a platform of $protocol', ({ protocol }) => {
    const served = platformOf(protocol);

    test('a good request can be sent', () => {
      if (isJson) expect(prepared(hostile, served, JSON.stringify(body))).toBe('sent');
    });

    test('a wrong value at any place: refused for a reason, or sent', () => {
      for (const text of withEachMember(body)) prepared(hostile, served, text);
    });

    test('duplicate keys, prototype keys, lone surrogates: refused for a reason, or sent', () => {
      for (const text of oddities(body)) prepared(hostile, served, text);
      expect(({} as { model?: string }).model).toBeUndefined();
    });

    test('a good request changed anywhere: refused for a reason, or sent', () => {
      fc.assert(
        fc.property(mutated(body), (text) => void prepared(hostile, served, text)),
        { numRuns: 300 },
      );
    });
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'x'])(
    'a body of type %s: answered or refused in its own dialect',
    async (type) => {
      await using it = await lab(platform, [platform.say({ text: 'Hello' })]);
      const headers = { authorization: 'Bearer gh-good', 'content-type': type };
      const res = await askDoor(it.origin, path, { body: JSON.stringify(body), headers });
      const said = await res.text();
      if (res.status !== 200) expect(JSON.parse(said)).toEqual(errorShape(dialect, res.status));
      expect([res.status < 500, it.gateway.errors]).toEqual([true, []]);
    },
  );
});

/** JSON that is valid and that few writers make. */
function oddities(body: object): string[] {
  const good = JSON.stringify(body).slice(1, -1);
  return [
    `{${good},${good}}`,
    `{"model":"nobody","model":"nobody",${good}}`,
    `{${good},"__proto__":{"model":"x","stream":true},"constructor":{"prototype":{"a":1}}}`,
    `{${good},"toString":1,"hasOwnProperty":null,"then":{},"length":-1,"":""}`,
    `{${good},"unknown":"\\ud800","\\udfff":["\\ud83d"]}`,
    `{${good.replaceAll('See this', '\\ud800 \\udfff').replaceAll('hm', '\\ud83d')}}`,
    `{${good.replaceAll('weather', '__proto__').replaceAll('city', 'constructor')}}`,
    `{${good.replaceAll('call_1', '\\u0000\\r\\n: \\ud800')}}`,
  ];
}
