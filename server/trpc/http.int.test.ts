import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { AnswerError } from '../testing/browser.ts';
import { startConsole, type TestConsole } from '../testing/console.ts';
import { expectNothingLeaks } from '../testing/refusals.ts';

let console: TestConsole;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console[Symbol.asyncDispose]());

const JSON_TYPE = { 'content-type': 'application/json' };

/** A raw request without a cookie; `error` is that of a single call. */
async function send(path: string, init: RequestInit = {}, at = console) {
  const answer = await fetch(`${at.origin}/trpc/${path}`, init);
  const text = await answer.text();
  const body = text === '' ? null : (JSON.parse(text) as { error?: AnswerError });
  return { status: answer.status, headers: answer.headers, text, body, error: body?.error };
}

const post = (path: string, headers: Record<string, string>, body = '{}') =>
  send(path, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body });

describe('the origin', () => {
  test('of our own page is let in', async () => {
    expect((await post('sessions.signOut', { origin: console.origin })).status).toBe(200);
  });

  test.each<[string, Record<string, string>]>([
    ['missing', {}],
    ['null', { origin: 'null' }],
    ['of another site', { origin: 'https://evil.example' }],
    ['of another port', { origin: 'http://127.0.0.1:1' }],
    ['of an extension', { origin: 'chrome-extension://abc' }],
    ['not a URL', { origin: 'x' }],
  ])('that is %s is refused', async (_, headers) => {
    const answer = await post('sessions.signOut', headers);
    expect(answer.status).toBe(403);
    expect(answer.error?.data.appCode).toBe('wrong_origin');
  });

  test('of ours does not help a request that the browser calls cross-site', async () => {
    const headers = { origin: console.origin, 'sec-fetch-site': 'cross-site' };
    expect((await post('sessions.signOut', headers)).error?.data.appCode).toBe('wrong_origin');
  });

  test('must be the public one where that is set, whatever host was called', async () => {
    await using own = await startConsole({ publicUrl: 'https://gate.example' });
    const mutate = (origin: string) =>
      own.browser().mutate('sessions.signOut', undefined, { origin });
    expect((await mutate('https://gate.example')).status).toBe(200);
    expect((await mutate('http://gate.example')).error?.data.appCode).toBe('wrong_origin');
    expect((await mutate(own.origin)).error?.data.appCode).toBe('wrong_origin');
  });

  test('that is wrong keeps a mutation from running', async () => {
    const { browser } = await console.signedIn();
    const answer = await browser.mutate('sessions.signOut', undefined, { origin: 'https://e.com' });
    expect(answer.status).toBe(403);
    expect((await browser.query('sessions.me')).data).not.toBeNull();
  });

  test('is asked of every call in a batch', async () => {
    const answer = await post('sessions.signOut,sessions.signOut?batch=1', {});
    const calls = answer.body as unknown as { error: AnswerError }[];
    expect(calls.map((call) => call.error.data.appCode)).toEqual(['wrong_origin', 'wrong_origin']);
  });
});

test('a text with a NUL, which the database does not hold, is refused by name', async () => {
  const input = JSON.stringify({ username: 'a\0b', password: 'anything' });
  const answer = await post('sessions.signIn', { origin: console.origin }, input);
  expect([answer.status, answer.error?.data.param]).toEqual([400, 'username']);
});

describe('the cookie', () => {
  test('is for TLS only where people reach us by https', async () => {
    await using own = await startConsole({ publicUrl: 'https://gate.example' });
    const user = await own.addUser();
    const answer = await own
      .browser()
      .mutate(
        'sessions.signIn',
        { username: user.username, password: 'correct horse battery' },
        { origin: 'https://gate.example' },
      );
    expect(answer.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Lax; Secure$/);
  });
});

describe('every answer', () => {
  test('carries a request id, which errors repeat', async () => {
    const good = await send('setup.status');
    expect(good.headers.get('x-request-id')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}$/);
    const bad = await send('users.list');
    expect(bad.error?.data.requestId).toBe(bad.headers.get('x-request-id'));
  });

  test('is kept by no cache', async () => {
    expect((await send('setup.status')).headers.get('cache-control')).toBe('no-store');
  });
});

describe('refused with our own codes', () => {
  const big = JSON.stringify({ username: 'ada', password: 'x'.repeat(1_100_000) });

  test.each<[string, string, () => Promise<{ error: AnswerError | undefined }>]>([
    [
      'a body over 1 MB',
      'body_too_large',
      () => post('sessions.signIn', { origin: console.origin }, big),
    ],
    [
      'a file of somebody who is not signed in',
      'body_too_large',
      () => post('vaultBatch.import', { origin: console.origin }, big),
    ],
    ['an unknown procedure', 'not_found', () => send('users.nothing')],
    ['a path of the prototype', 'not_found', () => send('__proto__.constructor')],
    ['a mutation by GET', 'method_not_allowed', () => send('sessions.signOut')],
    [
      'a query by POST',
      'method_not_allowed',
      () => post('setup.status', { origin: console.origin }),
    ],
    [
      'a broken body',
      'bad_request',
      () => post('sessions.signIn', { origin: console.origin }, '{'),
    ],
    ['a broken path', 'bad_request', () => send('%E0%A4%A')],
    [
      'another content type',
      'unsupported_media_type',
      () => post('sessions.signIn', { origin: console.origin, 'content-type': 'text/plain' }),
    ],
    [
      'more than twenty calls at once',
      'bad_request',
      () => send(`${Array(21).fill('setup.status').join(',')}?batch=1&input=%7B%7D`),
    ],
    [
      'a streamed batch',
      'bad_request',
      () => send('setup.status', { headers: { 'trpc-accept': 'application/jsonl' } }),
    ],
  ])('%s: %s', async (_, appCode, call) => {
    const answer = await call();
    const first = Array.isArray(answer.error) ? answer.error[0] : answer.error;
    expect(first?.data.appCode).toBe(appCode);
    expectNothingLeaks({ text: JSON.stringify(answer) });
  });

  test('a body over 1 MB whose length nobody announced', async () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        if (sent > 40) controller.close();
        else controller.enqueue(new Uint8Array(65_536).fill(0x20));
      },
    });
    const answer = await send('sessions.signIn', {
      method: 'POST',
      headers: { ...JSON_TYPE, origin: console.origin },
      body,
      duplex: 'half',
    } as RequestInit);
    expect(answer.status).toBe(413);
    expect(answer.error?.data.appCode).toBe('body_too_large');
  });
});

test('twenty calls in a batch are answered', async () => {
  const path = Array(20).fill('setup.status').join(',');
  const answer = await send(`${path}?batch=1&input=%7B%7D`);
  expect(answer.status).toBe(200);
  expect(answer.body).toHaveLength(20);
});

test('what goes wrong on our side is in the log and not in the answer', async () => {
  await using own = await startConsole();
  const secret = 'SELECT * FROM users; /srv/gatehouse/secret.ts:1';
  vi.spyOn(own.services.setup, 'status').mockRejectedValue(new Error(secret));
  const answer = await send('setup.status', {}, own);
  expect(answer.status).toBe(500);
  expect(answer.error?.data.appCode).toBe('internal');
  expect(answer.text).not.toContain('SELECT');
  expectNothingLeaks(answer);
  const line = own.lines.find((each) => each.includes('a procedure failed'));
  expect(line).toContain(secret);
  expect(line).toContain(answer.headers.get('x-request-id'));
});

test('a database that is away is told as such, without a word about where it is', async () => {
  await using own = await startConsole();
  const { browser } = await own.signedIn();
  const away = Object.assign(new Error('connect 10.9.8.7:5432'), { code: 'P1001' });
  const fail = new Error('outer', { cause: away });
  vi.spyOn(own.services.setup, 'status').mockRejectedValue(fail);
  const inside = await own.browser().query('setup.status');
  vi.spyOn(own.services.sessions, 'read').mockRejectedValue(fail);
  const before = await browser.query('sessions.me');
  for (const answer of [inside, before]) {
    expect(answer.status).toBe(503);
    expect(answer.error?.data.appCode).toBe('storage_unavailable');
    expect(answer.text).not.toContain('10.9.8.7');
  }
  expect(own.lines.filter((line) => line.includes('10.9.8.7'))).toHaveLength(2);
});

test('a context that cannot be made is our fault and says nothing about itself', async () => {
  await using own = await startConsole();
  const { browser } = await own.signedIn();
  vi.spyOn(own.services.sessions, 'read').mockRejectedValue(new Error('relation does not exist'));
  const answer = await browser.query('sessions.me');
  expect(answer.status).toBe(500);
  expect(answer.error?.data.appCode).toBe('internal');
  expect(answer.text).not.toContain('relation');
  expect(own.lines.join('')).toContain('relation does not exist');
});

test('no body makes a procedure answer 500', async () => {
  const anything = fc.oneof(
    fc.string(),
    fc.json(),
    fc.jsonValue().map((json) => JSON.stringify(json)),
  );
  const paths = ['sessions.signIn', 'sessions.end', 'users.acceptInvite', 'setup.complete'];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), anything, async (path, body) => {
      const answer = await post(path, { origin: console.origin }, body);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expectNothingLeaks(answer);
    }),
    { numRuns: 200 },
  );
});
