import type { AddressInfo } from 'node:net';
import express from 'express';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { AppError, toAppError } from '#shared/errors.ts';
import { pluginApiErrors, sharedAccountsErrors } from './dialects.ts';
import { createRest } from './rest.ts';
import { type Caller, reply, SENT } from './route-spec.ts';

const ORIGIN = 'https://app.example.com';
const logged: unknown[] = [];
let url: string;
let close: () => Promise<unknown>;

function callerOf(permissions: Caller['me']['permissions'], scopes: string[] | null): Caller {
  const me = { id: 'u', username: 'ada', displayName: 'Ada', role: 'member', permissions };
  const principal = scopes && { userId: 'u', keyId: 'k', allowedModels: [], scopes, rules: [] };
  return { me, number: 7, silenced: false, token: null, principal };
}
const CALLERS: Record<string, Caller> = {
  member: callerOf([], null),
  admin: callerOf(['users.read'], null),
  key: callerOf([], []),
  'key-for-images': callerOf([], ['images']),
  silenced: { ...callerOf([], null), silenced: true },
};

function build() {
  const rest = createRest({
    async identify(req) {
      const caller = CALLERS[(req.headers.authorization ?? '').slice('Bearer '.length)];
      if (!caller) throw new AppError('key_invalid', 'This token is not valid. Sign in again.');
      return caller;
    },
    clock: { now: () => 1_000_000 },
    log: { error: (...args: unknown[]) => void logged.push(args) },
    newId: () => 'request-1',
    explain: toAppError,
    corsOrigins: [ORIGIN],
  });
  const common = { tag: 'Test', summary: 'Test', errors: sharedAccountsErrors };
  const Thing = z.object({ id: z.int(), name: z.string() });
  rest.route(
    {
      ...common,
      method: 'GET',
      path: '/api/things/:id',
      auth: 'token',
      params: z.object({ id: z.coerce.number().int() }),
      query: z.object({ name: z.string().default('thing') }),
      answers: { 200: Thing },
    },
    ({ params, query }) => ({ id: params.id, name: query.name, secret: 'not told' }),
  );
  rest.route(
    {
      ...common,
      method: 'GET',
      path: '/api/things/all',
      auth: 'none',
      answers: { 200: z.string() },
    },
    () => 'all of them',
  );
  rest.route(
    {
      ...common,
      method: 'POST',
      path: '/api/things',
      auth: 'token',
      permission: 'users.read',
      body: z.object({ name: z.string().max(5), note: z.unknown().optional() }),
      answers: { 201: Thing },
    },
    ({ body }) => reply(201, { id: 1, name: body.name }, { location: '/api/things/1' }),
  );
  rest.route(
    {
      ...common,
      method: 'POST',
      path: '/api/chat',
      auth: 'either',
      scope: 'chat',
      callsModels: true,
      answers: {},
    },
    ({ res }) => {
      res.end('streamed');
      return SENT;
    },
  );
  rest.route({ ...common, method: 'GET', path: '/api/broken', auth: 'none', answers: {} }, () => {
    throw new Error('password is hunter2');
  });
  rest.route(
    {
      ...common,
      method: 'POST',
      path: '/plugin/:model\\:run',
      auth: 'none',
      errors: pluginApiErrors,
      params: z.object({ model: z.string() }),
      body: z.object({ n: z.int() }).optional(),
      answers: { 200: z.object({ model: z.string(), n: z.int() }) },
    },
    ({ params, body }) => ({ model: params.model, n: body?.n ?? 0 }),
  );
  return rest;
}

beforeAll(async () => {
  const app = express();
  app.use(build().router());
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => new Promise((resolve) => server.close(resolve));
});
afterAll(() => close());

async function ask(method: string, path: string, init: { as?: string; body?: unknown } = {}) {
  const { as, body } = init;
  const res = await fetch(url + path, {
    method,
    headers: {
      ...(as && { authorization: `Bearer ${as}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await res.text();
  return {
    status: res.status,
    headers: res.headers,
    body: text.startsWith('{') ? JSON.parse(text) : text,
  };
}

test('answers what the schema names, and nothing else', async () => {
  const { status, body, headers } = await ask('GET', '/api/things/3', { as: 'member' });
  expect([status, body]).toEqual([200, { id: 3, name: 'thing' }]);
  expect(headers.get('x-request-id')).toBe('request-1');
  expect(headers.get('cache-control')).toBe('no-store');
});

test('a written word comes before a parameter, whichever was added first', async () => {
  expect((await ask('GET', '/api/things/all')).body).toBe('"all of them"');
});

test('a handler may choose status and headers, or write the answer itself', async () => {
  const made = await ask('POST', '/api/things', { as: 'admin', body: { name: 'one' } });
  expect([made.status, made.headers.get('location')]).toEqual([201, '/api/things/1']);
  expect((await ask('POST', '/api/chat', { as: 'key' })).body).toBe('streamed');
  expect((await ask('POST', '/plugin/a-b:run', { body: { n: 2 } })).body).toEqual({
    model: 'a-b',
    n: 2,
  });
  expect((await ask('POST', '/plugin/a-b:run')).body).toEqual({ model: 'a-b', n: 0 });
});

describe('refuses', () => {
  test('whoever is nobody, with how to be somebody', async () => {
    const { status, body, headers } = await ask('GET', '/api/things/3');
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer');
    expect(body).toEqual({
      detail: 'This token is not valid. Sign in again.',
      error_code: 'INVALID_TOKEN',
      message: 'This token is not valid. Sign in again.',
      request_id: 'request-1',
    });
  });

  test('whose role, key or state does not allow it', async () => {
    const body = { name: 'one' };
    expect((await ask('POST', '/api/things', { as: 'member', body })).body.error_code).toBe(
      'PERMISSION_DENIED',
    );
    expect((await ask('POST', '/api/chat', { as: 'key-for-images' })).status).toBe(403);
    expect((await ask('POST', '/api/chat', { as: 'silenced' })).status).toBe(403);
    expect((await ask('GET', '/api/things/3', { as: 'silenced' })).status).toBe(200);
  });

  test('input that is not as it should be, with where', async () => {
    const { status, body } = await ask('POST', '/api/things', {
      as: 'admin',
      body: { name: 'too long' },
    });
    expect(status).toBe(422);
    expect(body).toMatchObject({
      error_code: 'VALIDATION_ERROR',
      details: [{ loc: ['body', 'name'] }],
    });
    expect((await ask('GET', '/api/things/x', { as: 'member' })).body.details[0].loc).toEqual([
      'path',
      'id',
    ]);
    expect((await ask('POST', '/api/things', { as: 'admin', body: '{' })).status).toBe(422);
    expect((await ask('POST', '/api/things', { as: 'admin', body: { name: 'a\0' } })).status).toBe(
      422,
    );
    expect(await ask('POST', '/plugin/m:run', { body: { n: 'x' } })).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('n: ') },
    });
  });

  test('what is too large', async () => {
    const body = { name: 'a'.repeat(1_100_000) };
    expect((await ask('POST', '/api/things', { as: 'admin', body })).status).toBe(413);
  });

  test('a method or an address there is none of', async () => {
    const wrong = await ask('DELETE', '/api/things/3', { as: 'admin' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET']);
    expect((await ask('GET', '/api/nothing')).body.error_code).toBe('NOT_FOUND');
    expect((await ask('GET', '/api/things/%E0%A4%A', { as: 'member' })).status).toBe(400);
  });

  test('says nothing of what broke inside, and logs it', async () => {
    const { status, body } = await ask('GET', '/api/broken');
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('hunter2');
    expect(body.error_code).toBe('INTERNAL_SERVER_ERROR');
    expect(String((logged[0] as [{ err: unknown }])[0].err)).toContain('hunter2');
  });
});

test('no input whatever makes it fail', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), fc.string(), async (body, query) => {
      const posted = await ask('POST', '/api/things', { as: 'admin', body });
      expect(posted.status).toBeLessThan(500);
      const path = `/api/things/${encodeURIComponent(query)}?name=${encodeURIComponent(query)}&name=2`;
      expect((await ask('GET', path, { as: 'member' })).status).toBeLessThan(500);
    }),
    { numRuns: 100 },
  );
});

describe('pages of other origins', () => {
  const from = (origin: string, method = 'GET') =>
    fetch(`${url}/api/things/all`, { method, headers: { origin } });

  test('may call when they are on the list, and ask before', async () => {
    expect((await from(ORIGIN)).headers.get('access-control-allow-origin')).toBe(ORIGIN);
    const asked = await from(ORIGIN, 'OPTIONS');
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(asked.headers.get('vary')).toMatch(/origin/i);
  });

  test.each(['https://evil.example', 'null', `${ORIGIN}.evil.example`, 'http://app.example.com'])(
    'are told nothing when they are %s',
    async (origin) => {
      for (const method of ['GET', 'OPTIONS']) {
        const { headers } = await from(origin, method);
        expect(headers.get('access-control-allow-origin')).toBeNull();
        expect(headers.get('access-control-allow-credentials')).toBeNull();
      }
    },
  );
});
