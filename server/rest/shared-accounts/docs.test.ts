import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { toAppError } from '#shared/errors.ts';
import { sharedAccountsErrors } from '../dialects.ts';
import { createRest } from '../rest.ts';
import { addDocs } from './docs.ts';
import { addHealth } from './health.ts';

const asked: number[] = [];
let now = 1_000;
let database: () => Promise<unknown> = () => Promise.resolve();
let url: string;
let close: () => Promise<unknown>;

beforeAll(async () => {
  const rest = createRest({
    identify: () => Promise.reject(new Error('nobody')),
    clock: { now: () => now },
    log: { error: () => undefined },
    newId: () => 'request-1',
    explain: toAppError,
    corsOrigins: [],
  });
  rest.route(
    {
      method: 'POST',
      path: '/api/things/:id\\:run',
      summary: 'Runs <script>alert(1)</script>',
      tag: 'Things',
      auth: 'either',
      params: z.object({ id: z.coerce.number() }),
      body: z.object({ name: z.string(), note: z.string().optional() }),
      answers: {
        200: z.object({ done: z.boolean(), kind: z.enum(['a', 'b']).nullable(), rest: z.json() }),
      },
      errors: sharedAccountsErrors,
    },
    () => ({ done: true, kind: null, rest: {} }),
  );
  addDocs(rest, { version: '1.2.3', url: null });
  addHealth(rest, {
    clock: { now: () => now, setTimer: () => () => undefined },
    askDatabase() {
      asked.push(now);
      return database();
    },
    database: 'postgresql',
    redisAnswers: () => false,
  });
  const app = express();
  app.use(rest.router());
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => new Promise((resolve) => server.close(resolve));
});
afterAll(() => close());

test('describes every route as OpenAPI 3.1', async () => {
  const document = await (await fetch(`${url}/api/openapi.json`)).json();
  expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } });
  const { post } = (document as { paths: Record<string, { post: object }> }).paths[
    '/api/things/{id}:run'
  ] ?? { post: {} };
  expect(post).toMatchObject({
    security: [{ token: [] }, { key: [] }],
    requestBody: { required: true },
    parameters: [{ in: 'path', name: 'id', required: true }],
  });
  expect(Object.keys((post as { responses: object }).responses)).toEqual([
    '200',
    '401',
    '403',
    '422',
  ]);
});

test('the page runs nothing, fetches nothing, and shows text as text', async () => {
  for (const path of ['/api/docs', '/api/redoc']) {
    const res = await fetch(url + path);
    const page = await res.text();
    expect(res.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+';/,
    );
    expect(page).not.toMatch(/<script|src=|https?:/);
    expect(page).toContain('&#60;script&#62;');
    expect(page).toContain('/api/things/{id}:run');
    expect(page).toContain('&#34;a&#34; | &#34;b&#34; | null');
  }
});

test('health asks the database once a second at most, and is 503 without it', async () => {
  const look = async () => {
    const res = await fetch(`${url}/api/health`);
    return [res.status, await res.json()] as const;
  };
  const [status, body] = await look();
  await Promise.all([look(), look(), look()]);
  expect(asked).toEqual([1_000]);
  expect(status).toBe(200);
  // Without Redis each server goes on with its share: that is told, and no reason to take it out.
  expect(body).toMatchObject({ status: 'healthy', components: { cache: { status: 'unhealthy' } } });

  database = () => Promise.reject(new Error('password=hunter2'));
  now += 1_000;
  const [gone, told] = await look();
  expect(gone).toBe(503);
  expect(told).toMatchObject({
    status: 'unhealthy',
    components: { database: { type: 'postgresql', status: 'unhealthy' } },
  });
  expect(JSON.stringify(told)).not.toContain('hunter2');
});

test('either-or in a list and any JSON are told without names of our own', async () => {
  const page = await (await fetch(`${url}/api/docs`)).text();
  expect(page).toContain('(string | number)[]');
  expect(page).not.toContain('__schema');
});
